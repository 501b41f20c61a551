"""
Squares (Widynski, "Squares: A Fast Counter-Based RNG", arXiv:2004.06278, 2020) in numpy's 64-bit words, and squares.json.
Run: /usr/bin/python3 private/golden/squares.py (numpy 1.24)
"""
import numpy

MASK = 2**64 - 1
GAMMA = 0x9E3779B97F4A7C15


def _swap(x):
    return (x >> numpy.uint64(32)) | (x << numpy.uint64(32))


def squares32(counter, key):
    """One uint32 for each uint64 counter: four rounds of square, add, swap the halves."""
    with numpy.errstate(over='ignore'):
        y = numpy.asarray(counter, dtype=numpy.uint64) * numpy.uint64(key)
        z = y + numpy.uint64(key)
        x = _swap(y * y + y)
        x = _swap(x * x + z)
        x = _swap(x * x + y)
        return ((x * x + z) >> numpy.uint64(32)).astype(numpy.uint32)


def _mix(x):
    """The output function of SplitMix64 (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


def squares_key(seed, stream=0):
    """
    An odd key whose halves have eight different hexadecimal digits each, none of them zero, and unequal neighbours.
    A hash of seed and stream picks the digits, lowest first, each from those left in ascending order.
    """
    choice = _mix((_mix((seed + GAMMA) & MASK) + (stream + 1) * GAMMA) & MASK)
    key, before = 0, None
    for half in range(2):
        rest, left = choice >> 32 * half & 0xFFFFFFFF, list(range(1, 16))
        for place in range(8):
            allowed = left
            if place == 0:
                allowed = [d for d in left if d % 2] if half == 0 else [d for d in left if d != before]
            rest, i = divmod(rest, len(allowed))
            before = allowed[i]
            left = [d for d in left if d != before]
            key |= before << 4 * (8 * half + place)
    return key


class Rng:
    """A stream: each call of `uniform` is one draw, whose element i has the counter draw·2³² + i."""

    def __init__(self, seed, stream=0):
        self.key, self.draw = squares_key(seed, stream), 0

    def words(self, n):
        start = numpy.uint64(self.draw << 32)
        self.draw += 1
        return squares32(start + numpy.arange(n, dtype=numpy.uint64), self.key)

    def uniform(self, *shape):
        """float32 in [0, 1), multiples of 2⁻²⁴."""
        words = self.words(int(numpy.prod(shape)))
        return ((words >> numpy.uint32(8)).astype(numpy.float32) * numpy.float32(2**-24)).reshape(shape)

    def normal(self, *shape):
        """Box and Muller: the radius from one draw, the angle from the next."""
        radius, angle = self.uniform(*shape).astype(numpy.float64), self.uniform(*shape).astype(numpy.float64)
        return (numpy.sqrt(-2 * numpy.log(1 - radius)) * numpy.cos(2 * numpy.pi * angle)).astype(numpy.float32)


def main():
    from golden import number, write

    # the first published words of this generator (test set 1 of the Python package randomgen)
    assert squares32(range(4), 0x3BC8BCA4D301945B).tolist() == [0x5167EA8B, 0x0E03102B, 0xE59F61D7, 0x943AC4D0]

    streams = [(0, 0), (1, 0), (0, 1), (7, 3), (-1, 7), (123456789, 5), (2**53 - 1, 2**32 - 1)]
    entries = []
    for seed, stream in streams:
        rng = Rng(seed, stream)
        draws = []
        for draw in (0, 1, 2, 1000, 2**31, 2**32 - 1):
            rng.draw = draw
            words = rng.words(70001)
            draws.append({'draw': draw, 'first': words[:8].tolist(), 'at 70000': int(words[70000])})
        rng.draw = 0
        uniform, normal = rng.uniform(2, 3), rng.normal(2, 3)
        entries.append({
            'seed': seed, 'stream': stream, 'key': f'{rng.key:016x}', 'draws': draws,
            'uniform': [number(float(v)) for v in uniform.reshape(-1)], 'normal': [number(float(v)) for v in normal.reshape(-1)],
        })
    write('squares.json', {'numpy': numpy.__version__}, streams=entries)


if __name__ == '__main__':
    main()
