-- Exactly this label.
label = {label:String}
