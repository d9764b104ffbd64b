import numpy as np
import pytest
from scipy.linalg import cholesky, solve_triangular

from classifier.unlocked import solve_half


@pytest.mark.parametrize(("n", "m"), [(1, 1), (40, 7), (40, 0), (513, 90)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_half_a_solve_is_that_of_scipy(n, m, order):
    rng = np.random.default_rng(n)
    rows = rng.standard_normal((2 * n, n)).astype(np.float32)
    matrix = rows.T @ rows + np.eye(n, dtype=np.float32)
    right = np.asarray(rng.standard_normal((n, m)), np.float32, order=order)
    before = right.copy()
    wanted = solve_triangular(cholesky(matrix, lower=True), right, lower=True)
    assert np.allclose(solve_half(matrix, right), wanted, atol=1e-5)
    assert np.array_equal(right, before)


def test_half_a_solve_of_what_is_not_positive_definite_is_refused():
    with pytest.raises(np.linalg.LinAlgError, match="row 2"):
        solve_half(np.diag([1, -1, 1]).astype(np.float32), np.ones((3, 1), np.float32))
