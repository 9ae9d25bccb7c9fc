-- The names of charsets in mail, and what is read in their stead. Written by go test -update.
select n.value as name, split_part(trim(l.value), ' ', 1) as charset
from (select 1 as one) as o
cross join unnest(split('
    utf-8 utf8 unicode-1-1-utf-8;
    windows-1252 cp1252 x-cp1252 ansi_x3.4-1968 ascii us-ascii iso-8859-1 iso8859-1 iso_8859-1 iso88591 latin1 l1 cp819;
    iso-8859-2 iso8859-2 iso_8859-2 latin2 l2;
    iso-8859-3 iso8859-3 iso_8859-3 latin3;
    iso-8859-4 iso8859-4 iso_8859-4 latin4;
    iso-8859-5 iso8859-5 iso_8859-5 cyrillic;
    iso-8859-6 iso8859-6 iso_8859-6 iso-8859-6-e iso-8859-6-i arabic;
    iso-8859-7 iso8859-7 iso_8859-7 greek;
    iso-8859-8 iso8859-8 iso_8859-8 iso-8859-8-e iso-8859-8-i hebrew;
    windows-1254 cp1254 x-cp1254 iso-8859-9 iso8859-9 iso_8859-9 latin5 l5;
    iso-8859-10 iso8859-10 latin6;
    iso-8859-13 iso8859-13;
    iso-8859-14 iso8859-14;
    iso-8859-15 iso8859-15 iso_8859-15 latin9 l9;
    iso-8859-16 iso8859-16;
    windows-874 cp874 tis-620 iso-8859-11;
    windows-1250 cp1250 x-cp1250;
    windows-1251 cp1251 x-cp1251;
    windows-1253 cp1253 x-cp1253;
    windows-1255 cp1255 x-cp1255;
    windows-1256 cp1256 x-cp1256;
    windows-1257 cp1257 x-cp1257;
    windows-1258 cp1258 x-cp1258;
    koi8-r koi8 koi;
    koi8-u koi8-ru;
    macintosh mac x-mac-roman;
    cp437 ibm437;
    cp850 ibm850;
    cp852 ibm852;
    cp866 ibm866', ';')) as l(value)
cross join unnest(regexp_matches(l.value, '[^ 
]+')) as n(value)
