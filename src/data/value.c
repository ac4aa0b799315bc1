#include "data/value.h"

#include "data/schema.h"

const struct cw_value *cw_value_map_get(const struct cw_value *map, struct cw_slice key)
{
	for (size_t i = 0; i < map->u.map.n; i++) {
		const struct cw_entry *entry = &map->u.map.entries[i];

		if (entry->key.type == CW_STRING && cw_slice_equal(entry->key.u.bytes, key))
			return &entry->value;
	}
	return NULL;
}

const struct cw_value *cw_value_field_at(const struct cw_value *value, size_t i)
{
	const struct cw_value *field = &value->u.array.items[i];

	if (field->type == CW_NULL && value->schema->fields[i].schema->default_value)
		return value->schema->fields[i].schema->default_value;
	return field;
}

const struct cw_value *cw_value_field(const struct cw_value *value, struct cw_slice name)
{
	ptrdiff_t i = cw_schema_find(value->schema, name);

	return i < 0 ? NULL : cw_value_field_at(value, (size_t)i);
}

const char *cw_value_java_class(const struct cw_value *value)
{
	static const char *const names[] = {
		[CW_NULL] = "null",
		[CW_INT8] = "class java.lang.Byte",
		[CW_INT16] = "class java.lang.Short",
		[CW_INT32] = "class java.lang.Integer",
		[CW_INT64] = "class java.lang.Long",
		[CW_FLOAT32] = "class java.lang.Float",
		[CW_FLOAT64] = "class java.lang.Double",
		[CW_BOOLEAN] = "class java.lang.Boolean",
		[CW_STRING] = "class java.lang.String",
		[CW_BYTES] = "class [B",
		[CW_ARRAY] = "class java.util.ArrayList",
		[CW_MAP] = "class java.util.HashMap",
		[CW_STRUCT] = "class org.apache.kafka.connect.data.Struct",
		[CW_DECIMAL] = "class java.math.BigDecimal",
		[CW_DATE] = "class java.util.Date",
		[CW_TIME] = "class java.util.Date",
		[CW_TIMESTAMP] = "class java.util.Date",
	};

	return names[value->type];
}
