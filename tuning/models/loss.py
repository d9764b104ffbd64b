"""What brings a picture and its caption together."""

import torch
from torch.nn.functional import cross_entropy

CONTRASTIVE, SOFT = "contrastive", "soft"
LOSSES = (CONTRASTIVE, SOFT)


def symmetric_loss(
    images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor, alike: torch.Tensor
) -> torch.Tensor:
    """Cross-entropy from pictures to captions and back (CLIP; Radford and others, 2021).

    Captions that belong to a row as well as its own do, such as the same words about another
    picture, share the row's target instead of counting as wrong.

    Args:
        images, texts: (n, d) unit rows; row i of both belongs together.
        scale: factor of the cosines.
        alike: (n, n) bool, True where picture i and caption j belong together; symmetric.

    Returns:
        Scalar.
    """
    logits = scale * images @ texts.T
    targets = alike.float() / alike.sum(1, keepdim=True)
    return (cross_entropy(logits, targets) + cross_entropy(logits.T, targets)) / 2


def soft_loss(images: torch.Tensor, texts: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Cross-entropy with targets that say how alike the batch's rows are among themselves.

    After the image-text example of Keras and Lance. There the second direction takes the first
    one's targets transposed, which do not sum to one; here both directions' targets do.

    Args:
        images, texts: (n, d) unit rows; row i of both belongs together.
        scale: factor of the cosines.

    Returns:
        Scalar.
    """
    logits = scale * images @ texts.T
    with torch.no_grad():
        targets = (scale * (images @ images.T + texts @ texts.T) / 2).softmax(1)
    return (cross_entropy(logits, targets) + cross_entropy(logits.T, targets)) / 2
