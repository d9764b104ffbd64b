"""Image-text models on captioned pictures: what is learnt, how, and what it is worth."""
