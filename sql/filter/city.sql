-- Exactly this city.
city = {city:String}
