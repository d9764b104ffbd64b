import time

from ingest import benchmark


def test_the_use_of_a_gpu_is_read_while_the_block_runs(tmp_path, monkeypatch):
    fake = tmp_path / "nvidia-smi"
    fake.write_text("#!/bin/sh\necho 90\necho [N/A]\necho 70\nexec sleep 30\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with benchmark.gpu_use() as percent:
        time.sleep(0.3)
    assert percent == [90, 70]


def test_without_a_gpu_nothing_is_read(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with benchmark.gpu_use() as percent:
        pass
    assert percent == []


def test_bytes_come_round_again_each_time_with_another_end(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"A")
    (tmp_path / "b.jpg").write_bytes(b"B")
    photos = list(benchmark.from_bytes([tmp_path / "a.jpg", tmp_path / "b.jpg"], 3))
    assert [photo.payload for photo in photos] == [b"A0", b"B1", b"A2"]
