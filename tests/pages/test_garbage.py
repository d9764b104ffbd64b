import gc
from threading import Event, Thread

from pages._garbage import spare_libraries


def test_what_was_imported_is_not_looked_through_again():
    stop = Event()
    watch = Thread(target=spare_libraries, args=[stop, 0.001], daemon=True)
    watch.start()
    try:
        for _ in range(500):
            if gc.get_freeze_count():
                break
            stop.wait(0.01)
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        stop.set()
        watch.join()
        gc.unfreeze()
