"""Torchvision, Pillow and a DataLoader with workers: answers every line with the milliseconds of one pass and the memory after it."""
import json
import resource
import sys
import time

import PIL
import torch
import torchvision
from torchvision import transforms

root, size, batch, workers, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(1)
transform = transforms.Compose([
    transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip(),
    transforms.ToTensor(), transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
photos = torchvision.datasets.ImageFolder(root, transform)
if limit:
    step = max(1, len(photos) // limit)
    photos = torch.utils.data.Subset(photos, range(0, step * limit, step))
loader = torch.utils.data.DataLoader(photos, batch_size=batch, shuffle=True, num_workers=workers, persistent_workers=True)


def one_pass():
    start = time.perf_counter()
    seen = sum(len(label) for _, label in loader)
    assert seen == len(photos)
    return (time.perf_counter() - start) * 1000


one_pass()
versions = {'torch': torch.__version__, 'torchvision': torchvision.__version__, 'pillow': PIL.__version__}
print('READY ' + json.dumps({'versions': versions, 'samples': len(photos)}), flush=True)
for line in sys.stdin:
    times = [one_pass() for _ in range(int(line))]
    print(json.dumps({'times': times, 'memory': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
