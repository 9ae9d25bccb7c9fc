select count(*) as n
from model.cc_graph
