"""
rl.json: courses of 1,000 steps of CartPole, MountainCar and Pendulum in float64, and tables of FrozenLake and CliffWalking with the
values of their best policies, from the published formulas. Run: /usr/bin/python3 private/golden/rl.py (numpy 1.24)
"""
import math
import random

import numpy

from golden import write

# CartPole: Barto, Sutton, Anderson (1983), with the constants and the Euler steps of Gymnasium's CartPole-v1.
G, CART, POLE, HALF, PUSH, TAU = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02


def cart_pole(state, action):
    x, x_dot, theta, theta_dot = state
    total, moment = CART + POLE, POLE * HALF
    force = PUSH if action == 1 else -PUSH
    temp = (force + moment * theta_dot ** 2 * math.sin(theta)) / total
    theta_acc = (G * math.sin(theta) - math.cos(theta) * temp) / (HALF * (4.0 / 3.0 - POLE * math.cos(theta) ** 2 / total))
    x_acc = temp - moment * theta_acc * math.cos(theta) / total
    after = [x + TAU * x_dot, x_dot + TAU * x_acc, theta + TAU * theta_dot, theta_dot + TAU * theta_acc]
    return after, 1.0, abs(after[0]) > 2.4 or abs(after[2]) > 12 * 2 * math.pi / 360


# MountainCar: Moore (1990), as Gymnasium's MountainCar-v0.
def mountain_car(state, action):
    position, velocity = state
    velocity += (action - 1) * 0.001 + math.cos(3 * position) * -0.0025
    velocity = min(max(velocity, -0.07), 0.07)
    position = min(max(position + velocity, -1.2), 0.6)
    if position == -1.2 and velocity < 0:
        velocity = 0.0
    return [position, velocity], -1.0, position >= 0.5 and velocity >= 0


# Pendulum, as Gymnasium's Pendulum-v1: m = l = 1, g = 10, steps of 50 ms. The angle counts from upright.
def pendulum(state, torque):
    theta, spin = state
    wrapped = (theta + math.pi) % (2 * math.pi) - math.pi
    cost = wrapped ** 2 + 0.1 * spin ** 2 + 0.001 * torque ** 2
    spin = min(max(spin + (3 * 10.0 / 2 * math.sin(theta) + 3.0 * torque) * 0.05, -8.0), 8.0)
    return [theta + spin * 0.05, spin], -cost, False


def course(step, start, act, longest):
    """1,000 steps; a new episode begins where one ends, or after the longest."""
    rng = random.Random(7)
    episodes, made = [], 0
    while made < 1000:
        state = start(rng)
        episode = {'start': state, 'actions': [], 'states': [], 'rewards': [], 'terminated': False}
        while made < 1000 and not episode['terminated'] and len(episode['actions']) < longest:
            action = act(rng, state)
            state, reward, episode['terminated'] = step(state, action)
            episode['actions'].append(action)
            episode['states'].append(state)
            episode['rewards'].append(reward)
            made += 1
        episodes.append(episode)
    return episodes


def single(x):
    """What a float32 holds: torques are given as such."""
    return float(numpy.float32(x))


courses = {
    'cartPole': course(cart_pole, lambda r: [r.uniform(-0.05, 0.05) for _ in range(4)],
                       lambda r, s: int(s[2] + 0.5 * s[3] + 0.3 * r.gauss(0, 1) > 0) if r.random() < 0.8 else r.randrange(2), 500),
    'mountainCar': course(mountain_car, lambda r: [r.uniform(-0.6, -0.4), 0.0],
                          lambda r, s: (2 if s[1] >= 0 else 0) if r.random() < 0.8 else r.randrange(3), 200),
    'pendulum': course(pendulum, lambda r: [r.uniform(-math.pi, math.pi), r.uniform(-1, 1)], lambda r, s: single(r.uniform(-2, 2)), 200),
}

LAKES = {
    '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
    '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
}


def lake(rows, slippery):
    """[state][action] → lists of probability, next state, reward, whether it ends. Left, down, right, up."""
    n = len(rows)
    go = [lambda r, c: (r, max(c - 1, 0)), lambda r, c: (min(r + 1, n - 1), c), lambda r, c: (r, min(c + 1, n - 1)), lambda r, c: (max(r - 1, 0), c)]
    table = []
    for r in range(n):
        for c in range(n):
            actions = []
            for a in range(4):
                if rows[r][c] in 'GH':
                    actions.append([[1.0, r * n + c, 0, True]])
                    continue
                outcomes = []
                for b in ([(a - 1) % 4, a, (a + 1) % 4] if slippery else [a]):
                    r2, c2 = go[b](r, c)
                    outcomes.append([1 / 3 if slippery else 1.0, r2 * n + c2, int(rows[r2][c2] == 'G'), rows[r2][c2] in 'GH'])
                actions.append(outcomes)
            table.append(actions)
    return table


def cliff():
    """4 × 12: up, right, down, left; the cliff is the bottom row between start and goal."""
    table = []
    for state in range(48):
        actions = []
        for dr, dc in ((-1, 0), (0, 1), (1, 0), (0, -1)):
            r, c = divmod(state, 12)
            r, c = min(max(r + dr, 0), 3), min(max(c + dc, 0), 11)
            if state == 47:
                actions.append([[1.0, 47, 0, True]])
            elif r == 3 and 1 <= c <= 10:
                actions.append([[1.0, 36, -100, False]])
            else:
                actions.append([[1.0, r * 12 + c, -1, (r, c) == (3, 11)]])
        table.append(actions)
    return table


def best_values(table, discount):
    """Policy iteration; each policy's values from its linear equations."""
    n = len(table)

    def worth(v, s, a):
        return sum(p * (r + (0 if end else discount * v[t])) for p, t, r, end in table[s][a])

    policy = [0] * n
    while True:
        matrix, reward = numpy.eye(n), numpy.zeros(n)
        for s in range(n):
            for p, t, r, end in table[s][policy[s]]:
                reward[s] += p * r
                if not end:
                    matrix[s, t] -= discount * p
        v = numpy.linalg.solve(matrix, reward)
        better = [max(range(4), key=lambda a: (worth(v, s, a) > worth(v, s, policy[s]) + 1e-12, worth(v, s, a))) if
                  max(worth(v, s, a) for a in range(4)) > worth(v, s, policy[s]) + 1e-12 else policy[s] for s in range(n)]
        if better == policy:
            return v.tolist()
        policy = better


tables = [{'name': f'frozenLake {size}{" slippery" if slippery else ""}', 'size': size, 'slippery': slippery, 'table': lake(rows, slippery)}
          for size, rows in LAKES.items() for slippery in (True, False)]
tables.append({'name': 'cliffWalking', 'table': cliff()})
for t in tables:
    t['values'] = best_values(t['table'], 0.99)

write('rl.json', {'numpy': numpy.__version__}, courses=[{'name': name, 'episodes': episodes} for name, episodes in courses.items()], tables=tables)
