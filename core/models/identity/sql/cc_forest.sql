select a as v, b as p
from model.links_in
where false
