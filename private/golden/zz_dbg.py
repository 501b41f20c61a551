import torch, torch.nn.functional as F
import safetensors
from golden import HERE
from vision_models import SMALL
CASES = {'vgg16': ['features.30', 'features.22'], 'resnet34': ['layer4', 'layer2.1']}
for name, layers in CASES.items():
    model = SMALL[name][0](); state = safetensors.load(HERE/'vision'/f'{name}.weights.safetensors')
    model.load_state_dict({k: torch.from_numpy(v.astype(v.dtype.name)) for k,v in state.items()}); model=model.double().eval()
    x=torch.randn(2,3,64,96).double()
    for layer in layers:
        for t in range(5):
            kept=[]; h=model.get_submodule(layer).register_forward_hook(lambda m,i,y: kept.append(y)); s=model(x)[:,t].sum(); h.remove()
            g,=torch.autograd.grad(s,kept); cam=F.relu((kept[0]*g.mean((2,3),keepdim=True)).sum(1)); print(name,layer,t,cam.amax((1,2)).tolist(), g.abs().max().item())
