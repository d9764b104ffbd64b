from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from encoder.graph import Graph


class Network(torch.nn.Module):
    """Takes the number of pictures from its input, as CLIP's embeddings do."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layer = torch.nn.Conv2d(3, 5, 2)
        self.token = torch.nn.Parameter(torch.rand(5))
        self.runs = 0

    def forward(self, x):
        self.runs += 1
        features = self.layer(x).relu().mean((2, 3))
        return features + self.token.expand(x.shape[0], -1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_graph_gives_the_networks_bits_for_any_number_of_pictures(dtype):
    network = Network().to(dtype)
    graph = Graph(network)
    for n in (1, 2, 7, 16):
        x = torch.rand(n, 3, 4, 4).to(dtype)
        with torch.inference_mode():
            assert torch.equal(graph(x), network(x))


def test_a_graph_is_recorded_once_and_then_runs_without_the_network():
    network = Network()
    graph = Graph(network)
    pictures = [torch.rand(3, 3, 4, 4) for _ in range(16)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(graph, pictures))
    assert network.runs == 2
    assert all(torch.allclose(a, network(x)) for a, x in zip(found, pictures, strict=True))


def test_a_network_whose_recording_would_go_astray_runs_as_it_is():
    class Fickle(Network):
        def forward(self, x):
            return super().forward(x) * (1 if len(x) == 2 else 2)  # two are recorded

    network = Fickle()
    graph = Graph(network)
    for n in (1, 2, 3):
        x = torch.rand(n, 3, 4, 4)
        with torch.inference_mode():
            assert torch.equal(graph(x), network(x))
