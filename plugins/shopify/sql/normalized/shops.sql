-- Shops as they are now.
select *
from normalized.shop_versions
qualify row_number() over (partition by shop_key, shop_id order by version_no desc) = 1
