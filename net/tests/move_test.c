// SPDX-License-Identifier: GPL-2.0-only
/* Whose addresses change, and to which? net/move.c. */

#include "../move.h"
#include "../sa.h"
#include "../spd.h"
#include "fixture.h"
#include "suites.h"

#define OLD_SRC		0x0a000001
#define OLD_DST		0x0a000002
#define NEW_SRC		0x0a000003
#define NEW_DST		0x0a000004

static struct espah_move move_of(u8 proto, bool any_mode, u8 mode, u32 reqid)
{
	return (struct espah_move){
		.old_src	= espah_addr4(htonl(OLD_SRC)),
		.old_dst	= espah_addr4(htonl(OLD_DST)),
		.new_src	= espah_addr4(htonl(NEW_SRC)),
		.new_dst	= espah_addr4(htonl(NEW_DST)),
		.old_family	= AF_INET,
		.new_family	= AF_INET,
		.proto		= proto,
		.any_mode	= any_mode,
		.mode		= mode,
		.reqid		= reqid,
	};
}

static const struct {
	const char	*name;
	u8		proto;
	bool		any_mode;
	u8		mode;
	u32		reqid;
	u16		new_family;
	u32		src;
	u32		dst;
	u8		sa_mode;
	bool		fits;
} fit_cases[] = {
	{ "all", 0, true, 0, 0, AF_INET, OLD_SRC, OLD_DST, 1, true },
	{ "of this protocol", 50, true, 0, 0, AF_INET, OLD_SRC, OLD_DST, 1, true },
	{ "of another", 51, true, 0, 0, AF_INET, OLD_SRC, OLD_DST, 1, false },
	{ "of this mode", 0, false, 1, 0, AF_INET, OLD_SRC, OLD_DST, 1, true },
	{ "of another mode", 0, false, 2, 0, AF_INET, OLD_SRC, OLD_DST, 1, false },
	{ "of this reqid", 0, true, 0, 7, AF_INET, OLD_SRC, OLD_DST, 1, true },
	{ "of another reqid", 0, true, 0, 8, AF_INET, OLD_SRC, OLD_DST, 1, false },
	{ "from elsewhere", 0, true, 0, 0, AF_INET, NEW_SRC, OLD_DST, 1, false },
	{ "to elsewhere", 0, true, 0, 0, AF_INET, OLD_SRC, NEW_DST, 1, false },
	{ "the other way", 0, true, 0, 0, AF_INET, OLD_DST, OLD_SRC, 1, false },
	{ "transport", 0, true, 0, 0, AF_INET, OLD_SRC, OLD_DST, 0, true },
	{ "tunnel to v6", 0, true, 0, 0, AF_INET6, OLD_SRC, OLD_DST, 1, true },
	{ "transport to v6", 0, true, 0, 0, AF_INET6, OLD_SRC, OLD_DST, 0, false },
};

static struct espah_moves moves;

static void sas(struct kunit *test)
{
	static struct espah_sa sa;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fit_cases); i++) {
		moves.move[0] = move_of(fit_cases[i].proto,
					fit_cases[i].any_mode,
					fit_cases[i].mode, fit_cases[i].reqid);
		moves.move[0].new_family = fit_cases[i].new_family;
		moves.count = 1;
		sa.id.dst = espah_addr4(htonl(fit_cases[i].dst));
		sa.id.family = AF_INET;
		sa.id.proto = IPPROTO_ESP;
		sa.src = espah_addr4(htonl(fit_cases[i].src));
		sa.mode = fit_cases[i].sa_mode;
		sa.reqid = 7;
		KUNIT_EXPECT_EQ_MSG(test, !!espah_moves_find(&moves, &sa),
				    fit_cases[i].fits, "%s",
				    fit_cases[i].name);
	}
}

static struct espah_policy_config config;

static void tmpl_of(struct espah_tmpl *tmpl, u32 src, u32 dst)
{
	*tmpl = (struct espah_tmpl){
		.src	= espah_addr4(htonl(src)),
		.dst	= espah_addr4(htonl(dst)),
		.family	= src || dst ? AF_INET : 0,
		.proto	= IPPROTO_ESP,
		.mode	= ESPAH_MODE_TUNNEL,
		.reqid	= 7,
	};
}

static void expect_ends(struct kunit *test, unsigned int at, u32 src, u32 dst)
{
	KUNIT_EXPECT_EQ(test, ntohl(config.tmpl[at].src.v4), src);
	KUNIT_EXPECT_EQ(test, ntohl(config.tmpl[at].dst.v4), dst);
}

static void templates(struct kunit *test)
{
	moves.move[0] = move_of(0, true, 0, 0);
	moves.count = 1;
	config.tmpls = 5;
	tmpl_of(&config.tmpl[0], OLD_SRC, OLD_DST);
	tmpl_of(&config.tmpl[1], 0, OLD_DST);
	tmpl_of(&config.tmpl[2], OLD_SRC, 0);
	tmpl_of(&config.tmpl[3], 0, 0);
	tmpl_of(&config.tmpl[4], OLD_DST, OLD_SRC);
	KUNIT_EXPECT_TRUE(test, espah_moves_apply(&moves, &config));
	expect_ends(test, 0, NEW_SRC, NEW_DST);
	expect_ends(test, 1, 0, NEW_DST);
	expect_ends(test, 2, NEW_SRC, 0);
	expect_ends(test, 3, 0, 0);
	expect_ends(test, 4, OLD_DST, OLD_SRC);
	KUNIT_EXPECT_FALSE(test, espah_moves_apply(&moves, &config));
}

/* The first one that fits is taken, and a template moves once. */
static void first_comes_first(struct kunit *test)
{
	moves.move[0] = move_of(0, true, 0, 8);
	moves.move[1] = move_of(0, true, 0, 7);
	moves.move[1].new_dst = espah_addr4(htonl(NEW_DST + 1));
	moves.move[2] = move_of(0, true, 0, 0);
	moves.move[2].old_dst = moves.move[1].new_dst;
	moves.move[2].old_src = moves.move[1].new_src;
	moves.count = 3;
	config.tmpls = 1;
	tmpl_of(&config.tmpl[0], OLD_SRC, OLD_DST);
	KUNIT_EXPECT_TRUE(test, espah_moves_apply(&moves, &config));
	expect_ends(test, 0, NEW_SRC, NEW_DST + 1);
}

static void nothing_and_the_same(struct kunit *test)
{
	struct espah_move a = move_of(50, true, 0, 0);
	struct espah_move b = move_of(50, true, 1, 0);

	KUNIT_EXPECT_TRUE(test, espah_move_same(&a, &b));
	b.any_mode = false;
	KUNIT_EXPECT_FALSE(test, espah_move_same(&a, &b));
	KUNIT_EXPECT_FALSE(test, espah_move_nowhere(&a));
	a.new_src = a.old_src;
	a.new_dst = a.old_dst;
	KUNIT_EXPECT_TRUE(test, espah_move_nowhere(&a));
	a.encap = true;
	KUNIT_EXPECT_FALSE(test, espah_move_nowhere(&a));
}

static struct kunit_case move_cases[] = {
	KUNIT_CASE(sas),
	KUNIT_CASE(templates),
	KUNIT_CASE(first_comes_first),
	KUNIT_CASE(nothing_and_the_same),
	{}
};

struct kunit_suite move_suite = {
	.name		= "move",
	.test_cases	= move_cases,
};
