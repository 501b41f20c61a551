"""Writes every golden file anew. Run: /usr/bin/python3 private/golden/all.py (PyTorch 1.13.1)"""
import pathlib
import subprocess
import sys

here = pathlib.Path(__file__).parent
for topic in ('elementwise', 'reduce', 'shape', 'matmul', 'convolution', 'pooling', 'norm', 'indexing', 'resize', 'detection', 'functions', 'losses', 'layers', 'layer_zoo', 'torchvision_models', 'vision_models', 'vision_explain', 'vision_detection', 'nlp_models', 'nlp_metrics', 'squares', 'optimizers', 'schedules', 'metrics', 'rl', 'training', 'tensorboard', 'bench', 'transforms', 'audio'):
    print(topic, flush=True)
    subprocess.run([sys.executable, here / f'{topic}.py'], check=True)
