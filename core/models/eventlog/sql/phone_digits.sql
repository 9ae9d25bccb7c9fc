-- Macros of digits that are no subscriber's: zeros, or another digit four times and more, also behind a calling code, of which none is the beginning of another.
select regexp_like(x, one_digit()) as is_one_digit, regexp_like(x, one_digit_abroad()) as is_one_digit_abroad
from parameters
