// SPDX-License-Identifier: GPL-2.0-only
/*
 * counts.so: a plugin of QEMU's that counts which instructions of the guest run, from a mark in
 * a program's code to another (marks.h).
 *
 * -plugin file=counts.so,out=FILE: whenever the second mark is reached, FILE gets a line "round",
 * and for each block of code that has run a line with its address, how many instructions it has,
 * and how often it has run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marks.h"
#include "qemu_plugin.h"

int qemu_plugin_version = 1;

/* Code that was translated once; the same again is another. */
struct block {
	struct block	*next;
	uint64_t	address;
	uint64_t	instructions;
	uint64_t	times;
};

/* What a mark is made of: the opcode with its operands, then the number. */
static const unsigned char nopl[] = { 0x0f, 0x1f, 0x84, 0x00 };

static struct block *blocks;
static bool counting;
static FILE *out;

static void block_runs(unsigned int cpu, void *data)
{
	struct block *block = data;

	(void)cpu;
	block->times += counting;
}

static void begin(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	counting = true;
}

static void end(unsigned int cpu, void *data)
{
	struct block *block;

	(void)cpu;
	(void)data;
	counting = false;
	fputs("round\n", out);
	for (block = blocks; block; block = block->next) {
		if (!block->times)
			continue;
		fprintf(out, "%llx %llu %llu\n", (unsigned long long)block->address,
			(unsigned long long)block->instructions,
			(unsigned long long)block->times);
		block->times = 0;
	}
	fflush(out);
}

static void look_for_marks(struct qemu_plugin_insn *insn)
{
	const unsigned char *octets = qemu_plugin_insn_data(insn);
	uint32_t number;

	if (qemu_plugin_insn_size(insn) != sizeof(nopl) + sizeof(number) ||
	    memcmp(octets, nopl, sizeof(nopl)))
		return;
	memcpy(&number, octets + sizeof(nopl), sizeof(number));
	if (number == MARK_BEGIN)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, 0, NULL);
	else if (number == MARK_END)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, end, 0, NULL);
}

static void block_is_translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = calloc(1, sizeof(*block));
	size_t i;

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, 0, block);
	for (i = 0; i < block->instructions; i++)
		look_for_marks(qemu_plugin_tb_get_insn(tb, i));
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("counts: expected out=FILE\n", stderr);
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_is_translated);
	return 0;
}
