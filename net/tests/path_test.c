// SPDX-License-Identifier: GPL-2.0-only
/* Is the protection that a packet came under what its policy asks for? net/path.c. */

#include "../path.h"
#include "fixture.h"
#include "suites.h"

#define LAYERS	4

/* A template or an SA: E and A are ESP and AH in transport mode, e and a in tunnel mode. One
 * that comes before a '?' is optional.
 */
struct row {
	const char	*name;
	/* Innermost first, as policies have them. */
	const char	*tmpls;
	/* Outermost first, as they were taken off. */
	const char	*path;
	bool		fits;
};

static const struct row rows[] = {
	{ "one of one", "E", "E", true },
	{ "AH over ESP", "EA", "AE", true },
	{ "ESP over AH", "EA", "EA", false },
	{ "AH is missing", "EA", "E", false },
	{ "ESP is missing", "EA", "A", false },
	{ "three", "EAe", "eAE", true },
	{ "three, two turned round", "EAe", "eEA", false },
	{ "a tunnel and AH over it", "eA", "Ae", true },
	{ "a tunnel without AH over it", "eA", "e", false },
	{ "AH over a tunnel that nobody wants", "A", "Ae", false },
	{ "a tunnel around what is wanted", "A", "eA", false },
	{ "a tunnel in between", "EA", "AeE", false },
	{ "transport mode in front", "E", "AE", true },
	{ "transport mode behind", "A", "AE", true },
	{ "transport mode in between", "ea", "aEe", true },
	{ "a tunnel in a tunnel", "ea", "ae", true },
	{ "tunnels turned round", "ea", "ea", false },
	{ "one tunnel too many", "e", "ee", false },
	{ "the same twice", "EE", "EE", true },
	{ "the same twice, once", "EE", "E", false },
	{ "optional AH is there", "EA?", "AE", true },
	{ "optional AH is not there", "EA?", "E", true },
	{ "optional ESP is not there", "E?A", "A", true },
	{ "only what is optional is there", "EA?", "A", false },
	{ "an optional tunnel is there", "Ee?", "eE", true },
	{ "an optional tunnel is not there", "Ee?", "E", true },
	{ "another than the optional tunnel is there", "Ee?", "aE", false },
	{ "all is optional, and a tunnel is there", "E?A?", "e", false },
	{ "all is optional, and something is there", "E?A?", "A", true },
};

static void row_desc(const struct row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, rows, row_desc);

static u8 proto_of(char letter)
{
	return letter == 'A' || letter == 'a' ? IPPROTO_AH : IPPROTO_ESP;
}

static u8 mode_of(char letter)
{
	return letter == 'A' || letter == 'E' ? ESPAH_MODE_TRANSPORT :
						ESPAH_MODE_TUNNEL;
}

static struct espah_policy_config config_of(const char *letters)
{
	struct espah_policy_config config = { .action = ESPAH_ACTION_PROTECT };

	for (; *letters; letters++) {
		if (*letters == '?') {
			config.tmpl[config.tmpls - 1].optional = true;
			continue;
		}
		config.tmpl[config.tmpls].proto = proto_of(*letters);
		config.tmpl[config.tmpls++].mode = mode_of(*letters);
	}
	return config;
}

static void path_fits(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct espah_policy_config config = config_of(row->tmpls);
	struct espah_sa *sas[LAYERS];
	unsigned int i;

	KUNIT_ASSERT_LE(test, strlen(row->path), (size_t)LAYERS);
	for (i = 0; row->path[i]; i++) {
		sas[i] = kunit_kzalloc(test, sizeof(*sas[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, sas[i]);
		sas[i]->id.proto = proto_of(row->path[i]);
		sas[i]->mode = mode_of(row->path[i]);
	}
	KUNIT_EXPECT_EQ(test, espah_path_fits(&config, sas, i), row->fits);
}

/* Its SAs are held until it is freed, and it gets no longer than a bundle. */
static void path_holds_its_sas(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_path *path = NULL;
	struct espah_sa *sa;
	unsigned int i;

	sa = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa));
	for (i = 1; i < ESPAH_TMPLS_MAX; i++)
		KUNIT_EXPECT_EQ(test, espah_path_add(&path, sa), 0);
	KUNIT_EXPECT_EQ(test, espah_path_add(&path, sa), ESPAH_A_CNT_IN_NESTED);
	KUNIT_EXPECT_TRUE(test, path->tunnel);
	KUNIT_EXPECT_EQ(test, refcount_read(&sa->refs), ESPAH_TMPLS_MAX);
	espah_path_free(path);
	KUNIT_EXPECT_EQ(test, refcount_read(&sa->refs), 1);
}

/* Each list of SAs has a number of its own. */
static void path_has_a_number(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_path *path = NULL;
	struct espah_sa *one, *two;
	u32 seen[4];
	int i, k;

	one = fixture_sa_add(en, &config);
	config.id.spi = htonl(0x101);
	two = fixture_sa_add(en, &config);
	KUNIT_ASSERT_FALSE(test, IS_ERR(one) || IS_ERR(two));
	seen[0] = espah_path_number(NULL, one);
	seen[1] = espah_path_number(NULL, two);
	KUNIT_EXPECT_EQ(test, espah_path_number(NULL, one), seen[0]);
	KUNIT_EXPECT_EQ(test, espah_path_add(&path, one), 0);
	seen[2] = espah_path_number(path, two);
	seen[3] = espah_path_number(path, one);
	KUNIT_EXPECT_EQ(test, espah_path_number(path, two), seen[2]);
	espah_path_free(path);
	for (i = 0; i < 4; i++)
		for (k = 0; k < i; k++)
			KUNIT_EXPECT_NE_MSG(test, seen[i], seen[k],
					    "%d and %d", i, k);
}

static unsigned int admits(const struct espah_policy *policy,
			   struct espah_sa *sa)
{
	unsigned int cause;

	rcu_read_lock();
	cause = espah_policy_admits_one(policy, sa);
	rcu_read_unlock();
	return cause;
}

/* A policy and an SA, of which the one is where it was and the other has moved, while the move
 * goes on: each has an heir by then.
 */
static void those_that_move_fit(struct kunit *test)
{
	struct espah_sa_config config = fixture_sa_config(0x100);
	struct espah_net *en = fixture_net(test);
	struct espah_policy *old, *new;
	struct espah_sa *sa, *heir;

	sa = fixture_sa_add(en, &config);
	config.id.dst = espah_addr4(htonl(FIXTURE_B + 1));
	heir = fixture_sa_add(en, &config);
	old = kunit_kzalloc(test, 2 * sizeof(*old), GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(sa) || IS_ERR(heir) || !old);
	new = old + 1;
	old->config.action = ESPAH_ACTION_PROTECT;
	old->config.tmpls = 1;
	old->config.tmpl[0] = (struct espah_tmpl){
		.src = sa->src, .dst = sa->id.dst, .family = AF_INET,
		.proto = IPPROTO_ESP, .mode = ESPAH_MODE_TUNNEL,
	};
	*new = *old;
	new->config.tmpl[0].dst = heir->id.dst;

	KUNIT_EXPECT_EQ(test, admits(old, sa), 0);
	KUNIT_EXPECT_EQ(test, admits(old, heir), ESPAH_A_CNT_IN_POLICY_MISMATCH);
	KUNIT_EXPECT_EQ(test, admits(new, sa), ESPAH_A_CNT_IN_POLICY_MISMATCH);
	old->heir = new;
	KUNIT_EXPECT_EQ(test, admits(old, sa), 0);
	KUNIT_EXPECT_EQ(test, admits(old, heir), 0);
	KUNIT_EXPECT_EQ(test, admits(new, sa), ESPAH_A_CNT_IN_POLICY_MISMATCH);
	sa->heir = heir;
	KUNIT_EXPECT_EQ(test, admits(new, sa), 0);
	KUNIT_EXPECT_EQ(test, admits(old, sa), 0);
	sa->heir = NULL;
}

static struct kunit_case path_cases[] = {
	KUNIT_CASE_PARAM(path_fits, row_gen_params),
	KUNIT_CASE(path_holds_its_sas),
	KUNIT_CASE(path_has_a_number),
	KUNIT_CASE(those_that_move_fit),
	{}
};

struct kunit_suite path_suite = {
	.name		= "path",
	.init		= fixture_init,
	.exit		= fixture_exit,
	.test_cases	= path_cases,
};
