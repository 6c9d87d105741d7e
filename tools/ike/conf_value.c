// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values that are numbers, times, yes or no, or one of some words.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf_read.h"

/* Some 136 years, so that a time in milliseconds is far from any limit. */
#define TIME_MAX	UINT32_MAX

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit times[] = {
	{ "", 1 },
	{ "s", 1 },
	{ "m", 60 },
	{ "h", 60 * 60 },
	{ "d", 24 * 60 * 60 },
	{ }
};

static const struct unit sizes[] = {
	{ "", 1 },
	{ "k", 1024 },
	{ "K", 1024 },
	{ "m", 1024 * 1024 },
	{ "M", 1024 * 1024 },
	{ "g", 1024 * 1024 * 1024 },
	{ "G", 1024 * 1024 * 1024 },
	{ }
};

static const struct unit none[] = {
	{ "", 1 },
	{ }
};

/* Decimal, or hexadecimal with 0x, and one of these units. */
static bool scan(const char *text, const struct unit *units, uint64_t *value)
{
	unsigned long long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoull(text, &end, strncmp(text, "0x", 2) ? 10 : 16);
	if (errno)
		return false;
	while (units->name && strcmp(units->name, end))
		units++;
	return units->name && !__builtin_mul_overflow(number, units->factor, value);
}

static int take_number(struct ike_reading *reading, const struct ike_conf_word *word,
		       const struct ike_tree_key *key, uint64_t *value)
{
	if (scan(key->value, none, value) && *value >= word->min && *value <= word->max)
		return 0;
	return espah_err_usage(reading->err,
			       "'%.64s' is not right; expected a number from %llu to %llu",
			       key->value, (unsigned long long)word->min,
			       (unsigned long long)word->max);
}

int ike_take_u16(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to)
{
	uint64_t value;

	if (take_number(reading, word, key, &value))
		return -1;
	*(uint16_t *)to = value;
	return 0;
}

int ike_take_u32(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to)
{
	uint64_t value;

	if (take_number(reading, word, key, &value))
		return -1;
	*(uint32_t *)to = value;
	return 0;
}

int ike_take_u64(struct ike_reading *reading, const struct ike_conf_word *word,
		 const struct ike_tree_key *key, void *to)
{
	return take_number(reading, word, key, to);
}

int ike_take_time(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to)
{
	uint64_t *value = to;

	(void)word;
	if (!scan(key->value, times, value) || *value > TIME_MAX)
		return espah_err_usage(reading->err,
				       "'%.64s' is not a time; expected a number of seconds, or one with m, h or d behind it",
				       key->value);
	return 0;
}

int ike_take_bytes(struct ike_reading *reading, const struct ike_conf_word *word,
		   const struct ike_tree_key *key, void *to)
{
	uint64_t *value = to;

	(void)word;
	if (!scan(key->value, sizes, value) || *value > INT64_MAX)
		return espah_err_usage(reading->err,
				       "'%.64s' is not a size; expected a number of octets, or one with k, m or g behind it",
				       key->value);
	return 0;
}

static const struct ike_conf_choice bools[] = {
	{ "yes", true },
	{ "no", false },
	{ "true", true },
	{ "false", false },
	{ "enabled", true },
	{ "disabled", false },
	{ "1", true },
	{ "0", false },
	{ }
};

static const struct ike_conf_choice *choice_find(const struct ike_conf_choice *choices,
						 const char *name)
{
	while (choices->name && strcmp(choices->name, name))
		choices++;
	return choices->name ? choices : NULL;
}

int ike_take_bool(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to)
{
	const struct ike_conf_choice *choice = choice_find(bools, key->value);

	(void)word;
	if (!choice)
		return espah_err_usage(reading->err, "'%.64s' is not right; expected yes or no",
				       key->value);
	*(bool *)to = choice->value;
	return 0;
}

int ike_take_enum(struct ike_reading *reading, const struct ike_conf_word *word,
		  const struct ike_tree_key *key, void *to)
{
	const struct ike_conf_choice *choice = choice_find(word->choices, key->value);

	if (choice) {
		*(unsigned int *)to = choice->value;
		return 0;
	}
	espah_err_usage(reading->err, "'%.64s' is not right; expected ", key->value);
	for (choice = word->choices; choice->name; choice++) {
		const char *before = choice[1].name ? ", " : " or ";

		espah_err_append(reading->err, "%s%s", choice == word->choices ? "" : before,
				 choice->name);
	}
	return -1;
}

int ike_take_enum8(struct ike_reading *reading, const struct ike_conf_word *word,
		   const struct ike_tree_key *key, void *to)
{
	unsigned int value;

	if (ike_take_enum(reading, word, key, &value))
		return -1;
	*(uint8_t *)to = value;
	return 0;
}

int ike_take_id(struct ike_reading *reading, const struct ike_conf_word *word,
		const struct ike_tree_key *key, void *to)
{
	(void)word;
	return ike_id_read(to, key->value, reading->err);
}

int ike_list_next(const char **rest, char item[IKE_CONF_ITEM_MAX], struct espah_err *err)
{
	const char *begin = *rest, *end;

	if (!begin)
		return 0;
	while (isspace((unsigned char)*begin))
		begin++;
	end = strchrnul(begin, ',');
	*rest = *end ? end + 1 : NULL;
	while (end > begin && isspace((unsigned char)end[-1]))
		end--;
	if (end == begin)
		return espah_err_usage(err, "there is nothing before, between or behind commas");
	if (end - begin >= IKE_CONF_ITEM_MAX)
		return espah_err_usage(err, "'%.32s...' is too long", begin);
	memcpy(item, begin, end - begin);
	item[end - begin] = '\0';
	return 1;
}

int ike_read_proposals(struct ike_proposals *proposals, uint8_t protocol, const char *value,
		       struct espah_err *err)
{
	char item[IKE_CONF_ITEM_MAX];
	int found;

	memset(proposals, 0, sizeof(*proposals));
	while ((found = ike_list_next(&value, item, err)) > 0) {
		if (ike_proposals_add(proposals, protocol, item, err))
			return -1;
	}
	return found;
}
