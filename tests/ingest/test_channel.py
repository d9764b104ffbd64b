import threading
import time
from itertools import chain

from ingest.channel import Channel, HostChannel
from ingest.photo import Photo


def test_a_channel_hands_on_everything_once_to_whoever_waits():
    channel: Channel[tuple[int, int]] = Channel(5, writers=4, most_bytes=50)
    taken: list[list[tuple[int, int]]] = [[], [], []]

    def write(at):
        for i in range(300):
            channel.put((at, i), size=i % 60)  # some larger than the channel
        channel.done()

    def read(at):
        while some := channel.take(1 + at, linger=0.001 * at):
            assert len(some) <= 1 + at
            taken[at] += some

    writers = [threading.Thread(target=write, args=(at,)) for at in range(4)]
    readers = [threading.Thread(target=read, args=(at,)) for at in range(3)]
    finish(writers + readers)
    assert sorted(chain(*taken)) == [(at, i) for at in range(4) for i in range(300)]


def finish(threads, *, started=False):
    for thread in [] if started else threads:
        thread.daemon = True
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_a_reader_that_finds_its_items_taken_waits_for_more():
    channel: Channel[int] = Channel(40, writers=1)
    taken: list[list[int]] = [[], []]

    def read(at):
        while some := channel.take(32, linger=0.05 + 0.1 * at):
            taken[at] += some

    readers = [threading.Thread(target=read, args=(at,), daemon=True) for at in range(2)]
    channel.put(0)
    for reader in readers:  # both wait for more than the one, and the first one takes it
        reader.start()
    time.sleep(0.4)
    assert all(reader.is_alive() for reader in readers)
    channel.done()
    finish(readers, started=True)
    assert sorted(taken[0] + taken[1]) == [0]


def test_room_for_several_wakes_all_who_wait_for_it():
    channel: Channel[str] = Channel(40, writers=5, most_bytes=100)
    channel.put("large", size=100)
    small = [
        threading.Thread(target=channel.put, args=("small", 10), daemon=True) for _ in range(4)
    ]
    for thread in small:
        thread.start()
    assert channel.take() == ["large"]
    finish(small, started=True)
    assert channel.take(4) == ["small"] * 4


def eventually(is_so, seconds=60):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.002)
    return is_so()


def writer_that_waits(channel, most, items):
    """Start a thread that puts so many items; it has filled the channel and waits for room."""

    def write():
        for i in range(items):
            channel.put(i)
        channel.done()

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    assert eventually(lambda: len(channel) == most and vars(channel._room)["_waiters"])
    return writer


def test_writers_rest_until_few_items_are_left_and_then_fill_up():
    channel: Channel[int] = Channel(4, writers=1, refill=1)
    writer = writer_that_waits(channel, 4, 8)
    assert channel.take(2) == [0, 1]
    time.sleep(0.05)
    assert len(channel) == 2
    assert channel.take() == [2]
    assert eventually(lambda: len(channel) == 4)
    assert list(channel) == [3, 4, 5, 6, 7]
    finish([writer], started=True)


def test_who_gathers_wakes_writers_that_rest():
    channel: Channel[int] = Channel(8, writers=1, refill=2)
    writer = writer_that_waits(channel, 8, 12)
    assert channel.take(5) == [0, 1, 2, 3, 4]
    started = time.monotonic()
    assert channel.take(6, linger=20) == [5, 6, 7, 8, 9, 10]
    assert time.monotonic() - started < 10
    finish([writer], started=True)


def test_who_gathers_a_batch_gets_it_whole():
    channel: Channel[int] = Channel(40, writers=1)
    batches: list[list[int]] = []

    def read():
        while some := channel.take(8, linger=5):
            batches.append(some)

    readers = [threading.Thread(target=read, daemon=True) for _ in range(2)]
    for reader in readers:
        reader.start()
    for i in range(20):
        channel.put(i)
        time.sleep(0.001)
    channel.done()
    finish(readers, started=True)
    assert sorted(map(len, batches)) == [4, 8, 8]


def test_a_slow_host_does_not_hold_up_the_others():
    queue = HostChannel(100, per_host=2)
    for i in range(10):
        queue.put(Photo(f"slow{i}", "http://slow/x"))
    queue.put(Photo("fast", "http://fast/x"))
    queue.close()
    workers = [iter(queue) for _ in range(3)]
    assert [next(worker).id for worker in workers] == ["slow0", "fast", "slow1"]


def test_a_slow_host_that_fills_the_queue_lets_other_hosts_photos_in():
    queue = HostChannel(8, per_host=2)

    def put():
        for i in range(12):
            queue.put(Photo(f"slow{i}", "http://slow/x"))
        queue.put(Photo("fast", "http://fast/x"))

    threading.Thread(target=put, daemon=True).start()
    workers = [iter(queue) for _ in range(3)]
    assert [next(worker).id for worker in workers[:2]] == ["slow0", "slow1"]
    found = []
    threading.Thread(target=lambda: found.append(next(workers[2]).id), daemon=True).start()
    time.sleep(0.05)  # until it waits, and the queue is full
    assert [next(workers[0]).id for _ in range(3)] == ["slow2", "slow3", "slow4"]
    assert eventually(lambda: found == ["fast"])


def test_photos_of_one_host_are_downloaded_so_many_at_once():
    queue = HostChannel(100, per_host=2)
    for i in range(6):
        queue.put(Photo(f"p{i}", "http://one/x"))
    queue.close()
    at_once, most, done = 0, 0, []
    guard, pair = threading.Lock(), threading.Barrier(2)

    def work():
        nonlocal at_once, most
        for photo in queue:
            with guard:
                at_once += 1
                most = max(most, at_once)
            pair.wait(60)
            time.sleep(0.01)  # for a third
            with guard:
                at_once -= 1
                done.append(photo.id)

    finish([threading.Thread(target=work) for _ in range(5)])
    assert most == 2
    assert sorted(done) == [f"p{i}" for i in range(6)]


def test_photos_of_many_hosts_are_all_handed_on_while_more_come():
    queue = HostChannel(20, per_host=1)
    photos = [Photo(f"p{i}", f"http://host{i % 7}/x") for i in range(400)]
    done = []

    def work():
        for photo in queue:
            time.sleep(0.0005)
            done.append(photo.id)

    def put():
        for photo in photos:
            queue.put(photo)
        queue.close()

    finish([threading.Thread(target=put), *(threading.Thread(target=work) for _ in range(5))])
    assert sorted(done) == sorted(photo.id for photo in photos)
