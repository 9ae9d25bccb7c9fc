select a, b
from model.links_in
