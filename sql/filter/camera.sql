-- Exactly this camera.
camera = {camera:String}
