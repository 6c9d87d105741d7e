// SPDX-License-Identifier: GPL-2.0-or-later
/* From what there is to what a file says: all of it, or what there was stays. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "default.h"
#include "difference.h"
#include "print.h"

static const char restore_help[] =
	"Usage: espah [ -force ] restore FILE\n"
	"What the file says is added to what there is. What is there as the file says stays\n"
	"untouched; where it is otherwise, nothing is done, or with -force it is changed.\n"
	"FILE := a file of 'state add ...', 'policy add ...' and 'policy setdefault ...',\n"
	"        as espah save writes it | -\n";

static const char sync_help[] =
	"Usage: espah sync FILE\n"
	"There is what the file says then, and nothing else. What is as the file says stays\n"
	"untouched.\n"
	"FILE := a file of 'state add ...', 'policy add ...' and 'policy setdefault ...',\n"
	"        as espah save writes it | -\n";

/* What is done, in order: what comes and changes, before what goes. The SAs come first and
 * go last, so that policies have theirs. A number or a name that moves from one policy to
 * another leaves the one before it comes to the other, since no two may have it: the one stays
 * in force meanwhile, with a number of the kernel's choice or without a name.
 */
enum phase { SAS_COME, INDEXES_GO, NAMES_GO, POLICIES_COME, POLICIES_GO, SAS_GO, PHASES };

struct sync {
	struct ctl *ctl;
	struct config there;
	struct config wanted;
	struct difference diff;
	bool defaults_differ;
	/* What the file says nothing of goes. */
	bool remove;
	/* How far it has got, to go back from there. */
	enum phase phase;
	size_t at;
};

static bool same_alg(const struct espah_alg *a, const struct espah_alg *b)
{
	return !strcmp(a->name, b->name) && a->key_len == b->key_len &&
	       !memcmp(a->key, b->key, a->key_len);
}

static bool same_keys(const struct espah_sa *a, const struct espah_sa *b)
{
	return same_alg(&a->aead, &b->aead) && same_alg(&a->enc, &b->enc) &&
	       same_alg(&a->auth, &b->auth);
}

/* From here on, @sa is what would go on where the one in the kernel has ended. */
static int remove_sa(struct sync *sync, struct espah_sa *sa, struct espah_err *err)
{
	if (!espah_sa_retire(sync->ctl->nl, sa, err))
		return 0;
	if (err->num != ESRCH)
		return -1;
	/* Its time has come meanwhile: there is nothing to go back to. */
	sa->given = 0;
	return 0;
}

/* Which numbers an SA that takes the place of another goes on from: those of its directions. */
static uint64_t numbers(const struct espah_sa *sa)
{
	if (!espah_given(sa->given, ESPAH_A_SA_DIR))
		return espah_bit(ESPAH_A_SA_OSEQ) | espah_bit(ESPAH_A_SA_SEQ);
	return espah_bit(sa->dir == ESPAH_DIR_OUT ? ESPAH_A_SA_OSEQ : ESPAH_A_SA_SEQ);
}

static void go_on_from(const struct espah_sa *from, struct espah_sa *to)
{
	uint64_t known = from->given & numbers(to);

	if (espah_given(known, ESPAH_A_SA_OSEQ))
		to->oseq = from->oseq;
	if (espah_given(known, ESPAH_A_SA_SEQ))
		to->seq = from->seq;
	to->given |= known;
}

/* In place of @from, which may have the same key, comes @to. */
static int replace(struct sync *sync, struct espah_sa *from, struct espah_sa *to,
		   struct espah_err *err)
{
	struct espah_err ignored;

	if (espah_sa_retire(sync->ctl->nl, from, err))
		return -1;
	if (same_keys(from, to))
		go_on_from(from, to);
	if (!espah_sa_add(sync->ctl->nl, to, err))
		return 0;
	espah_sa_add(sync->ctl->nl, from, &ignored);
	return -1;
}

static int update(struct sync *sync, const struct espah_sa *to, struct espah_err *err)
{
	struct espah_sa sa = *to;
	int ret;

	sa.given &= espah_bit(ESPAH_A_SA_DST) | espah_bit(ESPAH_A_SA_PROTO) |
		    espah_bit(ESPAH_A_SA_SPI) | espah_bit(ESPAH_A_SA_SEL) |
		    espah_bit(ESPAH_A_SA_LIMITS) | espah_bit(ESPAH_A_SA_DUMMY_INTERVAL) |
		    espah_bit(ESPAH_A_SA_REPLAY_THRESH) | espah_bit(ESPAH_A_SA_REPLAY_TIMER);
	ret = espah_sa_update(sync->ctl->nl, &sa, err);
	explicit_bzero(&sa, sizeof(sa));
	return ret;
}

static int change_sa(struct sync *sync, const struct sa_change *change, struct espah_err *err)
{
	if (!change->from)
		return espah_sa_add(sync->ctl->nl, change->to, err);
	if (!change->to)
		return remove_sa(sync, change->from, err);
	return change->in_place ? update(sync, change->to, err) :
				  replace(sync, change->from, change->to, err);
}

static int change_policy(struct sync *sync, const struct policy_change *change,
			 struct espah_err *err)
{
	struct espah_policy gone;

	/* It has the number of the other, if the file names none. */
	if (change->to && change->from)
		return espah_policy_update(sync->ctl->nl, change->to, err);
	if (change->to)
		return espah_policy_add(sync->ctl->nl, change->to, err);
	gone = *change->from;
	/* Its selector will do, and one thing is all that may name it. */
	gone.given &= ~(espah_bit(ESPAH_A_POLICY_INDEX) | espah_bit(ESPAH_A_POLICY_NAME));
	if (!espah_policy_delete(sync->ctl->nl, &gone, err) || err->num == ENOENT)
		return 0;
	return -1;
}

static bool same_name(const struct espah_policy *a, const struct espah_policy *b)
{
	return a && b && espah_given(a->given & b->given, ESPAH_A_POLICY_NAME) &&
	       !strcmp(a->name, b->name);
}

/* Will another policy have the name that this one has now? */
static bool name_moves(const struct sync *sync, const struct policy_change *change)
{
	size_t i;

	if (!change->from || (!change->to && !sync->remove) ||
	    !espah_given(change->from->given, ESPAH_A_POLICY_NAME) ||
	    same_name(change->from, change->to))
		return false;
	for (i = 0; i < sync->diff.policies; i++) {
		if (same_name(change->from, sync->diff.policy[i].to))
			return true;
	}
	return false;
}

static bool chosen(const struct espah_policy *policy)
{
	return espah_given(policy->given, ESPAH_A_POLICY_INDEX_CHOSEN);
}

/* Does this change give a policy the number that another one has now? */
static bool takes_index(const struct policy_change *change, const struct espah_policy *holder)
{
	return change->to && espah_given(change->to->given, ESPAH_A_POLICY_INDEX) &&
	       change->to->index == holder->index && change->from != holder;
}

static bool index_moves(const struct sync *sync, const struct espah_policy *holder)
{
	size_t i;

	for (i = 0; i < sync->diff.policies; i++) {
		if (takes_index(&sync->diff.policy[i], holder))
			return true;
	}
	return false;
}

static bool changes(const struct sync *sync, const struct espah_policy *policy)
{
	size_t i;

	for (i = 0; i < sync->diff.policies; i++) {
		if (sync->diff.policy[i].from == policy && sync->diff.policy[i].to)
			return true;
	}
	return false;
}

/* The policy that gives its number up for this change, or NULL. One that the file says nothing
 * of, and that stays, keeps what was chosen for it.
 */
static const struct espah_policy *gives_index(const struct sync *sync,
					      const struct policy_change *change)
{
	const struct espah_policy_list *there = &sync->there.policies;
	size_t i;

	if (!change->to || !espah_given(change->to->given, ESPAH_A_POLICY_INDEX))
		return NULL;
	for (i = 0; i < there->count; i++) {
		if (takes_index(change, &there->policy[i]))
			break;
	}
	if (i == there->count)
		return NULL;
	return sync->remove || !chosen(&there->policy[i]) || changes(sync, &there->policy[i]) ?
	       &there->policy[i] : NULL;
}

/* The policy that there is, with this number; 0 is any but the one that it has. */
static int change_index(struct sync *sync, const struct espah_policy *is, uint32_t index,
			struct espah_err *err)
{
	struct espah_policy policy = *is;

	policy.index = index;
	return espah_policy_update(sync->ctl->nl, &policy, err);
}

/* The policy that there is, with or without its name. */
static int change_name(struct sync *sync, const struct policy_change *change, bool named,
		       struct espah_err *err)
{
	struct espah_policy policy = *change->from;

	policy.given &= ~(espah_bit(ESPAH_A_POLICY_INDEX) |
			  (named ? 0 : espah_bit(ESPAH_A_POLICY_NAME)));
	return espah_policy_update(sync->ctl->nl, &policy, err);
}

/* What was done comes undone. Where the kernel refuses that, there is nothing left to try. */
static void undo_sa(struct sync *sync, const struct sa_change *change)
{
	const struct sa_change back = {
		.from = change->to, .to = change->from,
		.in_place = change->in_place &&
			    difference_in_place(change->to, change->from),
	};
	struct espah_err ignored;

	change_sa(sync, &back, &ignored);
}

/* What a policy had whose change @to comes undone. A number that moves is still elsewhere; and one
 * that the kernel chose may be another.
 */
static void undo_index(const struct sync *sync, struct espah_policy *was,
		       const struct policy_change *change)
{
	uint64_t index = espah_bit(ESPAH_A_POLICY_INDEX);

	if (chosen(change->from) && !index_moves(sync, change->from))
		return;
	was->index = 0;
	if (!change->to || !espah_given(change->to->given, ESPAH_A_POLICY_INDEX))
		was->given &= ~index;
}

/* A number or a name that moves is still elsewhere, and comes back with INDEXES_GO or NAMES_GO. */
static void undo_policy(struct sync *sync, const struct policy_change *change)
{
	struct policy_change back = { .from = change->to };
	struct espah_policy was;
	struct espah_err ignored;

	if (change->from) {
		was = *change->from;
		if (name_moves(sync, change))
			was.given &= ~espah_bit(ESPAH_A_POLICY_NAME);
		undo_index(sync, &was, change);
		back.to = &was;
	}
	change_policy(sync, &back, &ignored);
}

/* What there is to be in the end decides whether it comes or goes. */
static bool is_of(enum phase phase, const void *to)
{
	return (phase == SAS_COME || phase == POLICIES_COME) == !!to;
}

static bool of_sas(enum phase phase)
{
	return phase == SAS_COME || phase == SAS_GO;
}

static int step(struct sync *sync, struct espah_err *err)
{
	const struct policy_change *change;
	const struct espah_policy *holder;

	if (of_sas(sync->phase)) {
		const struct sa_change *sa = &sync->diff.sa[sync->at];

		return is_of(sync->phase, sa->to) ? change_sa(sync, sa, err) : 0;
	}
	change = &sync->diff.policy[sync->at];
	if (sync->phase == INDEXES_GO) {
		holder = gives_index(sync, change);
		return holder ? change_index(sync, holder, 0, err) : 0;
	}
	if (sync->phase == NAMES_GO)
		return name_moves(sync, change) ? change_name(sync, change, false, err) : 0;
	return is_of(sync->phase, change->to) ? change_policy(sync, change, err) : 0;
}

static void step_back(struct sync *sync)
{
	const struct policy_change *change;
	const struct espah_policy *holder;
	struct espah_err ignored;

	if (of_sas(sync->phase)) {
		const struct sa_change *sa = &sync->diff.sa[sync->at];

		if (is_of(sync->phase, sa->to))
			undo_sa(sync, sa);
		return;
	}
	change = &sync->diff.policy[sync->at];
	if (sync->phase == INDEXES_GO) {
		holder = gives_index(sync, change);
		if (holder && chosen(holder))
			change_index(sync, holder, holder->index, &ignored);
	} else if (sync->phase != NAMES_GO) {
		if (is_of(sync->phase, change->to))
			undo_policy(sync, change);
	} else if (name_moves(sync, change)) {
		change_name(sync, change, true, &ignored);
	}
}

/* What is to end does so before all else, and what is to pass when all else is done. */
static int set_defaults(struct sync *sync, bool block_only, struct espah_err *err)
{
	const struct espah_defaults *wanted = &sync->wanted.defaults;
	struct espah_defaults now = sync->there.defaults;
	unsigned int dir;

	if (!sync->defaults_differ)
		return 0;
	for (dir = 0; dir < ARRAY_SIZE(now.block); dir++) {
		if (espah_default_given(wanted, dir))
			now.block[dir] = wanted->block[dir] ||
					 (block_only && now.block[dir]);
	}
	return espah_default_set(sync->ctl->nl, &now, err);
}

static size_t steps(const struct sync *sync, enum phase phase)
{
	return of_sas(phase) ? sync->diff.sas : sync->diff.policies;
}

static void go_back(struct sync *sync)
{
	for (;;) {
		while (sync->at--)
			step_back(sync);
		if (!sync->phase)
			return;
		sync->at = steps(sync, --sync->phase);
	}
}

/* As far as it got, nothing has happened. */
static int undo(struct sync *sync)
{
	struct espah_err ignored;

	go_back(sync);
	if (sync->defaults_differ)
		espah_default_set(sync->ctl->nl, &sync->there.defaults, &ignored);
	return -1;
}

static int go(struct sync *sync, struct espah_err *err)
{
	enum phase end = sync->remove ? PHASES : POLICIES_GO;

	if (set_defaults(sync, true, err))
		return -1;

	for (sync->phase = 0; sync->phase < end; sync->phase++) {
		for (sync->at = 0; sync->at < steps(sync, sync->phase); sync->at++) {
			if (step(sync, err))
				return undo(sync);
		}
	}
	sync->at = 0;
	return set_defaults(sync, false, err) ? undo(sync) : 0;
}

static unsigned long line_of_sa(const struct sync *sync, const struct espah_sa *sa)
{
	return sync->wanted.sa_line[sa - sync->wanted.sas.sa];
}

static unsigned long line_of_policy(const struct sync *sync, const struct espah_policy *policy)
{
	return sync->wanted.policy_line[policy - sync->wanted.policies.policy];
}

static int refuse_changes(const struct sync *sync, const char *path, struct espah_err *err)
{
	size_t i;

	for (i = 0; i < sync->diff.sas; i++) {
		const struct sa_change *change = &sync->diff.sa[i];

		if (change->from && change->to)
			return espah_err_usage(err,
					       "%s:%lu: this SA is there, and is not as the file says; -force would change it",
					       path, line_of_sa(sync, change->to));
	}
	for (i = 0; i < sync->diff.policies; i++) {
		const struct policy_change *change = &sync->diff.policy[i];

		if (change->from && change->to)
			return espah_err_usage(err,
					       "%s:%lu: this policy is there, and is not as the file says; -force would change it",
					       path, line_of_policy(sync, change->to));
	}
	return 0;
}

struct tally {
	unsigned int added;
	unsigned int changed;
	unsigned int removed;
};

static void tally_one(struct tally *tally, const void *from, const void *to)
{
	if (!from)
		tally->added++;
	else if (to)
		tally->changed++;
	else
		tally->removed++;
}

static int tell(const struct sync *sync, struct espah_err *err)
{
	struct tally tally = {};
	size_t i;

	for (i = 0; i < sync->diff.sas; i++)
		tally_one(&tally, sync->diff.sa[i].from, sync->diff.sa[i].to);
	for (i = 0; i < sync->diff.policies; i++)
		tally_one(&tally, sync->diff.policy[i].from, sync->diff.policy[i].to);
	if (!sync->remove)
		tally.removed = 0;
	tally.changed += sync->defaults_differ;
	if (sync->ctl->json)
		return json_print(sync->ctl,
				  json_pack("{s:I, s:I, s:I, s:I}",
					    "added", (json_int_t)tally.added,
					    "changed", (json_int_t)tally.changed,
					    "removed", (json_int_t)tally.removed,
					    "same", (json_int_t)sync->diff.same), err);
	if (sync->ctl->stats)
		printf("added %u, changed %u, removed %u, as they were %zu\n", tally.added,
		       tally.changed, tally.removed, sync->diff.same);
	return 0;
}

static bool defaults_differ(const struct sync *sync)
{
	const struct espah_defaults *wanted = &sync->wanted.defaults;
	unsigned int dir;

	for (dir = 0; dir < ARRAY_SIZE(wanted->block); dir++) {
		if (espah_default_given(wanted, dir) &&
		    wanted->block[dir] != sync->there.defaults.block[dir])
			return true;
	}
	return false;
}

static int sync_with(struct sync *sync, const char *path, struct espah_err *err)
{
	if (config_read(sync->ctl, path, &sync->wanted, err) ||
	    config_fetch(sync->ctl, &sync->there, err) ||
	    difference_make(&sync->diff, &sync->there, &sync->wanted, err))
		return -1;
	sync->defaults_differ = defaults_differ(sync);
	if ((!sync->remove && !sync->ctl->force && refuse_changes(sync, path, err)) ||
	    go(sync, err))
		return -1;
	return tell(sync, err);
}

static int take_path(struct args *args, const char **path)
{
	if (args->at == args->argc)
		return espah_err_usage(args->err,
				       "the file is missing; expected FILE, or - for standard input");
	*path = args->argv[args->at++];
	if (!strcmp(*path, "-") && args->stdin_busy)
		return espah_err_usage(args->err,
				       "'-': the batch comes from standard input; expected a file");
	return args_end(args);
}

static int run(struct ctl *ctl, struct args *args, bool remove)
{
	struct sync sync = { .ctl = ctl, .remove = remove };
	const char *path = NULL;
	int ret;

	if (take_path(args, &path))
		return -1;
	ret = sync_with(&sync, path, args->err);
	difference_free(&sync.diff);
	config_wipe(&sync.there);
	config_wipe(&sync.wanted);
	return ret;
}

static int run_restore(struct ctl *ctl, struct args *args)
{
	return run(ctl, args, false);
}

static int run_sync(struct ctl *ctl, struct args *args)
{
	return run(ctl, args, true);
}

const struct object object_restore = {
	.name = "restore",
	.run = run_restore,
	.help = restore_help,
};

const struct object object_sync = {
	.name = "sync",
	.run = run_sync,
	.help = sync_help,
};
