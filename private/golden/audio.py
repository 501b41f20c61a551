"""Sound as torchaudio reads, resamples and transforms it, for packages/data/src/audio. Run: /usr/bin/python3 private/golden/audio.py (torchaudio 0.13.1)"""
import base64
import pathlib
import tempfile

import numpy
import torch
import torchaudio
import torchaudio.transforms as T

from golden import generator, number, write

# What torchaudio computes, windows, filters and cosines included, in float64.
torch.set_default_dtype(torch.float64)
cases = []


def plain(tensor):
    return {'shape': list(tensor.shape), 'data': [number(v) for v in tensor.reshape(-1).tolist()]}


def sound(name, channels, length, rate):
    """Three tones, one of them rising, and a little noise; silence at the end."""
    t = numpy.arange(length) / rate
    rows = [0.4 * numpy.sin(2 * numpy.pi * (200 + 90 * c) * t) + 0.2 * numpy.sin(2 * numpy.pi * (500 + 900 * t) * t)
            + 0.01 * generator(name + str(c)).randn(length) for c in range(channels)]
    values = numpy.stack(rows) * (t < 0.8 * length / rate)
    return torch.tensor(values.round(6).astype(numpy.float32))


def add(what, name, options, x, y, rate=None):
    cases.append({'what': what, 'name': name, 'options': options, 'rate': rate, 'input': plain(x), 'output': plain(y)})


def double(transform, x):
    return transform(x.double())


for name, options in [
    ('as it is', {}),
    ('a window of its own', {'fft': 256, 'window': 200, 'hop': 80}),
    ('magnitudes', {'fft': 64, 'power': 1}),
    ('not centered', {'fft': 128, 'hop': 50, 'center': False}),
    ('a prime number', {'fft': 101, 'hop': 60}),
    ('odd factors', {'fft': 90, 'window': 45, 'hop': 31}),
]:
    fft = options.get('fft', 400)
    window = options.get('window', fft)
    transform = T.Spectrogram(fft, window, options.get('hop', window // 2), power=float(options.get('power', 2)), center=options.get('center', True))
    x = sound('spectrogram/' + name, 2 if name == 'as it is' else 1, 700, 8000)
    add('spectrogram', name, options, x, double(transform, x))

for name, bins, options in [
    ('as it is', 101, {'sampleRate': 8000, 'mels': 20}),
    ('slaney', 65, {'sampleRate': 16000, 'mels': 12, 'scale': 'slaney', 'normalize': True, 'low': 50, 'high': 7600}),
]:
    filters = torchaudio.functional.melscale_fbanks(
        bins, float(options.get('low', 0)), float(options.get('high', options['sampleRate'] / 2)), options['mels'], options['sampleRate'],
        'slaney' if options.get('normalize') else None, options.get('scale', 'htk'))
    cases.append({'what': 'melFilters', 'name': name, 'bins': bins, 'options': options, 'output': plain(filters)})


def mel_options(options):
    fft = options.get('fft', 400)
    return {
        'n_fft': fft, 'hop_length': options.get('hop', fft // 2), 'n_mels': options['mels'],
        'mel_scale': options.get('scale', 'htk'), 'norm': 'slaney' if options.get('normalize') else None,
        'f_min': float(options.get('low', 0)), 'f_max': float(options['high']) if 'high' in options else None,
    }


for name, options in [
    ('8 kHz', {'sampleRate': 8000, 'fft': 256, 'hop': 80, 'mels': 40}),
    ('slaney', {'sampleRate': 16000, 'fft': 400, 'hop': 160, 'mels': 30, 'scale': 'slaney', 'normalize': True, 'low': 20, 'high': 7000}),
]:
    x = sound('mel/' + name, 2, 1200, options['sampleRate'])
    mel = double(T.MelSpectrogram(options['sampleRate'], **mel_options(options)), x)
    add('melSpectrogram', name, options, x, mel)
    add('logMel', name, options, x, torch.log(mel + 1e-6))
    add('decibels', name, {'range': 60}, mel.float(), T.AmplitudeToDB('power', 60)(mel.float().double()))

for name, options in [
    ('decibels', {'sampleRate': 8000, 'mels': 40, 'coefficients': 13, 'fft': 256, 'hop': 80}),
    ('natural', {'sampleRate': 8000, 'mels': 23, 'coefficients': 20, 'logarithm': 'natural', 'fft': 200, 'hop': 80}),
    ('as it is', {'sampleRate': 16000, 'mels': 128}),
]:
    x = sound('mfcc/' + name, 1, 1200, options['sampleRate'])
    transform = T.MFCC(options['sampleRate'], options.get('coefficients', 40), log_mels='logarithm' in options, melkwargs=mel_options(options))
    add('mfcc', name, options, x, double(transform, x))

for old, new in [(8000, 16000), (16000, 8000), (44100, 16000), (8000, 11025)]:
    x = sound('resample/%d' % old, 2, 600 if old < 40000 else 1800, old)
    add('resample', '%d to %d' % (old, new), {'to': new}, x, torchaudio.functional.resample(x.double(), old, new), old)

for bits, encoding in [(8, 'PCM_U'), (16, 'PCM_S'), (24, 'PCM_S'), (32, 'PCM_S'), (32, 'PCM_F'), (64, 'PCM_F')]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / 'x.wav')
        torchaudio.save(path, sound('wav', 2, 30, 8000), 8000, encoding=encoding, bits_per_sample=bits)
        loaded, rate = torchaudio.load(path)
        content = pathlib.Path(path).read_bytes()
    cases.append({'what': 'wav', 'name': '%s %d' % (encoding, bits), 'rate': rate, 'bytes': base64.b64encode(content).decode(), 'output': plain(loaded)})

write('audio.json', {'torchaudio': torchaudio.__version__.split('+')[0]}, cases=cases)
