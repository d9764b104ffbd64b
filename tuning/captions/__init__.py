"""Captioned pictures: from a source or a collection into a Lance data set, and out of it again."""
