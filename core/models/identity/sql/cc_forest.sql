select a as v, b as p
from model.cc_graph
where false
