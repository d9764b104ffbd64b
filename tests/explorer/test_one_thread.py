from threadpoolctl import threadpool_info, threadpool_limits

from explorer.one_thread import OneThread


def threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]


def test_the_last_to_leave_gives_the_threads_back_in_whatever_order_they_leave():
    with threadpool_limits(2, user_api="blas"):
        before, block = threads(), OneThread()
        assert max(before) == 2
        for _ in range(2):
            block.__enter__()
            block.__enter__()
            assert set(threads()) == {1}
            block.__exit__()
            assert set(threads()) == {1}
            block.__exit__()
            assert threads() == before
