-- At least so many pixels wide.
width >= {min_width:UInt32}
