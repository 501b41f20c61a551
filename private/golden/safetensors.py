"""Writes the safetensors format: 8 bytes of header length, a JSON header, the tensors one after another."""
import json
import struct

import numpy

KINDS = {'float16': 'F16', 'float32': 'F32', 'int32': 'I32', 'int64': 'I64'}


def save(path, tensors):
    header, parts, at = {}, [], 0
    for name, array in tensors.items():
        array = numpy.ascontiguousarray(array)
        header[name] = {'dtype': KINDS[array.dtype.name], 'shape': list(array.shape), 'data_offsets': [at, at + array.nbytes]}
        parts.append(array.astype(array.dtype.newbyteorder('<')).tobytes())
        at += array.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    path.write_bytes(struct.pack('<Q', len(text)) + text + b''.join(parts))


def load(path):
    """The arrays of a file by name."""
    data = path.read_bytes()
    (length,) = struct.unpack('<Q', data[:8])
    names = {kind: name for name, kind in KINDS.items()}
    body = data[8 + length:]
    return {
        name: numpy.frombuffer(body[entry['data_offsets'][0]:entry['data_offsets'][1]], numpy.dtype(names[entry['dtype']]).newbyteorder('<')).reshape(entry['shape'])
        for name, entry in json.loads(data[8:8 + length]).items() if name != '__metadata__'
    }
