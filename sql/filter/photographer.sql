-- Exactly this photographer.
photographer = {photographer:String}
