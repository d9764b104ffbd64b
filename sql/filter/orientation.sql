-- "landscape", "portrait" or "square", of a photo whose size is known.
-- parameters: orientation String
ifNull(multiIf(width > height, 'landscape', width < height, 'portrait', width = height, 'square', '')
    = {orientation:String}, false)
