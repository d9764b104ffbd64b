"""Pictures and text to unit vectors: CLIP, or the offline encoder."""
