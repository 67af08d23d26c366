/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format: the numbers of Parquet's format that are written: fields by their struct, and values
 * (https://github.com/apache/parquet-format, parquet.thrift).
 *
 * Threads: constants.
 */
#pragma once

enum parquet_physical { /* Type */
    PARQUET_BIT = 0,
    PARQUET_INT32 = 1,
    PARQUET_INT64 = 2,
    PARQUET_REAL64 = 5,
    PARQUET_BYTES = 6,
};

enum parquet_converted { /* ConvertedType */
    CONVERTED_UTF8 = 0,
    CONVERTED_MAP = 1,
    CONVERTED_LIST = 3,
    CONVERTED_TIMESTAMP_MICROS = 10,
    CONVERTED_INT_32 = 17,
    NOT_CONVERTED = -1,
};

enum parquet_presence { REQUIRED, OPTIONAL, REPEATED }; /* FieldRepetitionType */

enum parquet_encoding { /* Encoding */
    ENCODING_PLAIN = 0,
    ENCODING_RLE = 3,
    ENCODING_DICTIONARY = 8,
};

enum { CODEC_ZSTD = 6 }; /* CompressionCodec */

/* ---- pages ---- */

enum { PAGE_TYPE_DATA = 0, PAGE_TYPE_DICTIONARY = 2 };                                        /* PageType */
enum { PAGE_TYPE = 1, PAGE_RAW_SIZE = 2, PAGE_SIZE = 3, PAGE_DATA = 5, PAGE_DICTIONARY = 7 }; /* PageHeader */
enum { /* DataPageHeader, DictionaryPageHeader */
    HEAD_COUNT = 1,
    HEAD_ENCODING = 2,
    HEAD_DEFINITION_ENCODING = 3,
    HEAD_REPETITION_ENCODING = 4,
};

/* ---- the footer ---- */

enum { FORMAT_VERSION = 1 };
enum { /* FileMetaData */
    FILE_VERSION = 1,
    FILE_SCHEMA = 2,
    FILE_ROWS = 3,
    FILE_GROUPS = 4,
    FILE_CREATED_BY = 6,
    FILE_ORDERS = 7,
};
enum { ORDER_BY_TYPE = 1 }; /* ColumnOrder */

enum { /* SchemaElement */
    ELEMENT_TYPE = 1,
    ELEMENT_PRESENCE = 3,
    ELEMENT_NAME = 4,
    ELEMENT_CHILDREN = 5,
    ELEMENT_CONVERTED = 6,
    ELEMENT_LOGICAL = 10,
};
enum { LOGICAL_TIMESTAMP = 8, TIMESTAMP_IS_UTC = 1, TIMESTAMP_UNIT = 2, UNIT_MICROS = 2 }; /* LogicalType */

enum { /* RowGroup */
    GROUP_CHUNKS = 1,
    GROUP_RAW_SIZE = 2,
    GROUP_ROWS = 3,
    GROUP_OFFSET = 5,
    GROUP_SIZE = 6,
};
enum { CHUNK_OFFSET = 2, CHUNK_META = 3 }; /* ColumnChunk */
enum {                                     /* ColumnMetaData */
    META_TYPE = 1,
    META_ENCODINGS = 2,
    META_PATH = 3,
    META_CODEC = 4,
    META_VALUES = 5,
    META_RAW_SIZE = 6,
    META_SIZE = 7,
    META_DATA_OFFSET = 9,
    META_DICTIONARY_OFFSET = 11,
    META_STATISTICS = 12,
};
enum { STATISTICS_NULLS = 3, STATISTICS_MAX = 5, STATISTICS_MIN = 6 }; /* Statistics */
