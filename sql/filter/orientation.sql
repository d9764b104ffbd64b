-- "landscape", "portrait" or "square", of a photo whose size is known.
width > 0 AND height > 0
AND multiIf(width > height, 'landscape', width < height, 'portrait', 'square')
    = {orientation:String}
