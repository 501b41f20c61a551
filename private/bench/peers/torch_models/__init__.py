"""The models of the suite in PyTorch: each gets its sizes and gives the model and what makes its step from the model and Adam."""
from .cnn import cifar, cnn
from .dcgan import dcgan
from .dqn import dqn
from .gpt import gpt
from .mlp import mlp
from .reader import bigru, lstm
from .resnet import resnet, resnet18
from .seq2seq import seq2seq
from .vit import vit

MODELS = {
    'mlp': mlp, 'cnn': cnn, 'cifar': cifar, 'lstm': lstm, 'gpt': gpt, 'tiny': mlp, 'big': mlp, 'resnet': resnet,
    'resnet18': resnet18, 'vit': vit, 'bigru': bigru, 'seq2seq': seq2seq, 'dcgan': dcgan, 'dqn': dqn,
}
