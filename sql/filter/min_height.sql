-- At least so many pixels high.
height >= {min_height:UInt32}
