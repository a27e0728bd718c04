"""PyTorch: the usual eager loop over images in memory, with the fused Adam."""

from __future__ import annotations

import torch
from contenders import TORCH
from plan import Plan, layer_shapes
from turns import Job


def make(plan: Plan, threads: int | None) -> dict[str, Job]:
    """Returns one epoch."""
    if threads is not None:
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)
    torch.manual_seed(0)
    experiment = plan.experiment()
    images, labels = plan.training_images()
    # As floats: a cast in each step takes longer than the memory it saves is worth.
    pixels = torch.from_numpy(images).float() / 255
    targets = torch.from_numpy(labels).long()
    network = _network(plan)
    optimizer = torch.optim.Adam(network.parameters(), lr=experiment.learning_rate, fused=True)
    loss_of = torch.nn.CrossEntropyLoss()

    def epoch() -> float:
        total = torch.zeros(())
        batches = torch.randperm(len(pixels)).split(experiment.batch_size)
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_of(network(pixels[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            total += loss.detach()
        return float(total) / len(batches)

    return {TORCH: epoch}


def _network(plan: Plan) -> torch.nn.Sequential:
    layers: list[torch.nn.Module] = []
    for shape in layer_shapes(plan.experiment()):
        linear = torch.nn.Linear(*shape)
        # The reference's initial weights, so that all contenders descend alike.
        torch.nn.init.xavier_uniform_(linear.weight)
        torch.nn.init.zeros_(linear.bias)
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])
