-- Macros of digits that are no subscriber's: too few, or one digit again and again; with a calling code before them, of which none is the beginning of another.
select
  length(x) < shortest() or regexp_like(x, one_digit()) as is_nothing,
  length(x) < shortest() or regexp_like(x, one_digit_abroad()) as is_nothing_abroad
from parameters
