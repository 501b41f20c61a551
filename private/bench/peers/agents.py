"""
DQN and PPO in CartPole, in PyTorch, each a loop in one piece as cleanrl has them: agents.py JSON, which names the agent, how many steps
a run makes, threads, warmups and whether the loop is tuned by hand (see ppo). Says READY and what it is, then answers a line with a number n by the milliseconds of n whole runs, each
from new weights to the last step made.
"""
import json
import math
import random
import sys
import time

import numpy
import torch
from torch import nn
from torch.distributions import Categorical

FORCE, GRAVITY, MASS, POLE, HALF, TICK = 10.0, 9.8, 1.1, 0.1, 0.5, 0.02


class CartPoles:
    """Several environments in step, with the rules, the wrappers' work and the answers of Gymnasium's vector of CartPole-v1."""

    def __init__(self, n, rng):
        self.n, self.rng = n, rng
        self.states = [None] * n
        self.returns, self.lengths = [0.0] * n, [0] * n
        self.episodes = []

    def begin(self, i):
        self.states[i] = tuple(self.rng.uniform(-0.05, 0.05) for _ in range(4))
        self.returns[i], self.lengths[i] = 0.0, 0

    def reset(self):
        for i in range(self.n):
            self.begin(i)
        return numpy.array(self.states, dtype=numpy.float32)

    def step(self, actions):
        """Observations after whoever ended was reset, rewards, terminated, truncated, and the last observations of those that ended."""
        observations = numpy.empty((self.n, 4), numpy.float32)
        rewards = numpy.ones(self.n, numpy.float32)
        terminated, truncated = numpy.zeros(self.n, bool), numpy.zeros(self.n, bool)
        last = {}
        for i, action in enumerate(actions.tolist()):
            x, v, angle, spin = self.states[i]
            sin, cos = math.sin(angle), math.cos(angle)
            push = ((FORCE if action == 1 else -FORCE) + POLE * HALF * spin * spin * sin) / MASS
            turn = (GRAVITY * sin - cos * push) / (HALF * (4 / 3 - POLE * cos * cos / MASS))
            pull = push - POLE * HALF * turn * cos / MASS
            x, v, angle, spin = self.states[i] = (x + TICK * v, v + TICK * pull, angle + TICK * spin, spin + TICK * turn)
            self.returns[i] += 1.0
            self.lengths[i] += 1
            fallen, over = abs(x) > 2.4 or abs(angle) > 0.20943951023931953, self.lengths[i] >= 500
            if fallen or over:
                terminated[i], truncated[i] = fallen, over
                last[i] = self.states[i]
                self.episodes.append((self.returns[i], self.lengths[i]))
                self.begin(i)
            observations[i] = self.states[i]
        return observations, rewards, terminated, truncated, last


class Replay:
    """The steps made last, in arrays."""

    def __init__(self, size, rng):
        self.size, self.rng, self.at, self.held = size, rng, 0, 0
        self.observations, self.nexts = numpy.zeros((size, 4), numpy.float32), numpy.zeros((size, 4), numpy.float32)
        self.actions, self.rewards, self.ends = numpy.zeros((size, 1), numpy.int64), numpy.zeros(size, numpy.float32), numpy.zeros(size, numpy.float32)

    def add(self, observation, following, action, reward, end):
        i = self.at
        self.observations[i], self.nexts[i], self.actions[i], self.rewards[i], self.ends[i] = observation, following, action, reward, end
        self.at = (i + 1) % self.size
        self.held = min(self.held + 1, self.size)

    def sample(self, n):
        k = self.rng.integers(0, self.held, n)
        return [torch.from_numpy(x[k]) for x in (self.observations, self.nexts, self.actions, self.rewards, self.ends)]


def dqn(steps, seed, tuned):
    rng, choice = numpy.random.default_rng(seed), random.Random(seed)
    make = lambda: nn.Sequential(nn.Linear(4, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 2))
    online, target = make(), make()
    target.load_state_dict(online.state_dict())
    optimizer = torch.optim.Adam(online.parameters(), lr=2.5e-4)
    env, replay = CartPoles(1, choice), Replay(10_000, rng)
    seen = env.reset()
    for t in range(steps):
        if choice.random() < max(0.05, 1 - 0.95 * t / (steps / 2)):
            actions = numpy.array([choice.randrange(2)])
        else:
            actions = torch.argmax(online(torch.from_numpy(seen)), dim=1).numpy()
        following, rewards, terminated, truncated, last = env.step(actions)
        replay.add(seen[0], last.get(0, following[0]), actions[0], rewards[0], terminated[0])
        seen = following
        if t >= 1000 and t % 10 == 0:
            observations, nexts, chosen, gained, ends = replay.sample(128)
            with torch.no_grad():
                best, _ = target(nexts).max(dim=1)
                wanted = gained + 0.99 * best * (1 - ends)
            loss = nn.functional.mse_loss(online(observations).gather(1, chosen).squeeze(1), wanted)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        if t >= 1000 and t % 500 == 0:
            target.load_state_dict(online.state_dict())
    return env.episodes, online


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()

        def layer(inside, out, gain):
            made = nn.Linear(inside, out)
            nn.init.orthogonal_(made.weight, gain)
            nn.init.zeros_(made.bias)
            return made

        net = lambda out, gain: nn.Sequential(
            layer(4, 64, 2**0.5), nn.Tanh(), layer(64, 64, 2**0.5), nn.Tanh(), layer(64, out, gain)
        )
        self.actor, self.critic = net(2, 0.01), net(1, 1.0)


def advantages(rewards, values, ends, after, ended, tuned):
    """How much better each step was than thought. Tuned: in numpy, as PyTorch takes longer for rows of four numbers."""
    if tuned:
        rewards, values, ends, after, ended = (x.numpy() for x in (rewards, values, ends, after, ended))
    better, sofar, on = (numpy.zeros_like if tuned else torch.zeros_like)(rewards), 0.0, 1 - ended
    for t in reversed(range(len(rewards))):
        sofar = rewards[t] + 0.99 * after * on - values[t] + 0.99 * 0.95 * on * sofar
        better[t] = sofar
        after, on = values[t], 1 - ends[t]
    return torch.from_numpy(better) if tuned else better


def ppo(steps, seed, tuned, envs=4, stretch=128, epochs=4, parts=4):
    """As cleanrl, with PyTorch's Categorical for what is drawn; tuned: with nothing of it but what is needed."""
    rng, choice = numpy.random.default_rng(seed), random.Random(seed)
    model = ActorCritic()
    optimizer = torch.optim.Adam(model.parameters(), lr=2.5e-4, eps=1e-5)
    env = CartPoles(envs, choice)
    seen, ended = torch.from_numpy(env.reset()), torch.zeros(envs)
    observations, actions = torch.zeros(stretch, envs, 4), torch.zeros(stretch, envs, dtype=torch.int64)
    logs, rewards, ends, values = (torch.zeros(stretch, envs) for _ in range(4))

    def draw(x):
        logits = model.actor(x)
        if not tuned:
            spread = Categorical(logits=logits)
            action = spread.sample()
            return action, spread.log_prob(action)
        log = logits.log_softmax(1)
        action = torch.multinomial(log.exp(), 1)
        return action[:, 0], log.gather(1, action)[:, 0]

    def judge(x, action):
        logits = model.actor(x)
        if not tuned:
            spread = Categorical(logits=logits)
            return spread.log_prob(action), spread.entropy().mean()
        log = logits.log_softmax(1)
        return log.gather(1, action[:, None])[:, 0], -(log.exp() * log).sum(1).mean()

    updates = steps // (envs * stretch)
    for update in range(updates):
        optimizer.param_groups[0]['lr'] = 2.5e-4 * (1 - update / updates)
        for t in range(stretch):
            observations[t], ends[t] = seen, ended
            with torch.no_grad():
                actions[t], logs[t] = draw(seen)
                values[t] = model.critic(seen).flatten()
            following, gained, terminated, truncated, _ = env.step(actions[t].numpy())
            rewards[t] = torch.from_numpy(gained)
            seen, ended = torch.from_numpy(following), torch.from_numpy((terminated | truncated).astype(numpy.float32))
        with torch.no_grad():
            better = advantages(rewards, values, ends, model.critic(seen).flatten(), ended, tuned)
        rows = [x.reshape(envs * stretch, *x.shape[2:]) for x in (observations, actions, logs, better, better + values, values)]
        for _ in range(epochs):
            order = torch.from_numpy(rng.permutation(envs * stretch))
            for part in order.chunk(parts):
                x, action, old, ahead, wanted, before = (row[part] for row in rows)
                log, spread = judge(x, action)
                ratio = (log - old).exp()
                ahead = (ahead - ahead.mean()) / (ahead.std() + 1e-8)
                actor = torch.min(ahead * ratio, ahead * ratio.clamp(0.8, 1.2)).mean()
                now = model.critic(x).flatten()
                near = before + (now - before).clamp(-0.2, 0.2)
                critic = 0.5 * torch.max((now - wanted) ** 2, (near - wanted) ** 2).mean()
                loss = 0.5 * critic - actor - 0.01 * spread
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 0.5)
                optimizer.step()
    return env.episodes, model


def main(agent, steps, threads, warmups, tuned):
    torch.set_num_threads(threads)
    seed, parameters, figures = 0, 0, []

    def timed(keep=False):
        nonlocal seed, parameters
        seed += 1
        torch.manual_seed(seed)
        start = time.perf_counter()
        episodes, model = {'dqn': dqn, 'ppo': ppo}[agent](steps, seed, tuned)
        spent = (time.perf_counter() - start) * 1e3
        parameters = sum(p.numel() for p in model.parameters())
        if keep:
            figures.append(float(numpy.median([e[0] for e in episodes[-20:]])))
        return spent

    times = [timed(True) for _ in range(warmups)]
    print('READY', json.dumps({
        'versions': {'torch': torch.__version__, 'python': sys.version.split()[0]},
        'parameters': parameters, 'figures': figures, 'warmups': warmups, 'firstMs': times[0], 'lastMs': times[-1],
    }), flush=True)
    for line in sys.stdin:
        print(json.dumps([timed() for _ in range(int(line))]), flush=True)


if __name__ == '__main__':
    main(**json.loads(sys.argv[1]))
