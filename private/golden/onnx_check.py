"""
ONNX's own full check of a model file. Run: /usr/bin/python3 private/golden/onnx_check.py FILE (onnx 1.12)
Prints a line of JSON: opset of each domain, the IR version, the number of nodes, the operators. Exits with 1 and a message if the model is wrong.
"""
import json
import sys

import onnx


def main(path):
    try:
        onnx.checker.check_model(path, full_check=True)
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # whatever the checker or the parser throws is the answer
        sys.exit(f'{path}: {error}')
    print(json.dumps({
        'opsets': {o.domain or 'ai.onnx': o.version for o in model.opset_import}, 'irVersion': model.ir_version,
        'nodes': len(model.graph.node), 'operators': sorted({n.op_type for n in model.graph.node}),
    }))


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: onnx_check.py FILE')
    main(sys.argv[1])
