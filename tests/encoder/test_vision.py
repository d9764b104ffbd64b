import threading

import numpy as np
import pytest
import torch

from encoder.vision import Vision, unit


def vision(forward, part=8):
    return Vision(
        forward,
        mean=[0] * 3,
        std=[1] * 3,
        device=torch.device("cpu"),
        dtype=torch.float32,
        part=part,
    )


def numbered(n):
    return np.arange(n, dtype=np.uint8).reshape(n, 1, 1, 1).repeat(3, axis=3)


def test_a_batch_that_does_not_fit_is_halved_and_no_picture_is_lost():
    tried = []

    def forward(x):
        tried.append(len(x))
        if len(x) > 10:
            raise torch.OutOfMemoryError("out of memory")
        return x[:, :, 0, 0]

    model = vision(forward, part=64)
    model.batch = 32
    assert model.run(numbered(40))[:, 0].tolist() == list(range(40))
    assert tried[:3] == [32, 16, 8]
    assert model.batch == 8


def test_cores_take_parts_of_a_batch_and_the_rows_keep_their_order():
    cores: dict[str, list[int]] = {}

    def forward(x):
        cores.setdefault(threading.current_thread().name, []).append(torch.get_num_threads())
        return x[:, :, 0, 0]

    model = vision(forward, part=4)
    before = torch.get_num_threads()
    assert model.run(numbered(90))[:, 0].tolist() == list(range(90))
    assert threading.current_thread().name not in cores
    assert {n for counts in cores.values() for n in counts} == {1}
    assert torch.get_num_threads() == before
    model.run(numbered(3))
    assert cores[threading.current_thread().name] == [before]


def test_one_picture_that_does_not_fit_is_an_error():
    def forward(x):
        raise torch.OutOfMemoryError("out of memory")

    with pytest.raises(torch.OutOfMemoryError):
        vision(forward).run(numbered(4))


def test_pixels_are_normalised_channel_by_channel():
    model = Vision(
        lambda x: x[:, :, 0, 0],
        mean=[10, 20, 30],
        std=[1, 2, 5],
        device=torch.device("cpu"),
        dtype=torch.float32,
    )
    assert model.run(np.full((1, 1, 1, 3), 40, np.uint8)).tolist() == [[30, 10, 2]]


def test_rows_become_unit_and_zeros_stay_zeros():
    assert unit(np.array([[3, 4], [0, 0]], np.float32)).tolist() == [
        pytest.approx([0.6, 0.8]),
        [0, 0],
    ]
