-- Exactly this country.
country = {country:String}
