// SPDX-License-Identifier: GPL-2.0-only
/*
 * parallel CPU-TIME OCTETS TIMES FROM TO ADDRESS FROM TO ADDRESS
 *
 * Two processes, on a CPU each, that send UDP datagrams from the network namespace FROM to
 * ADDRESS, which is in the namespace TO, and receive each there before the next one goes. By
 * turns and TIMES times, neither does so, one of them, and both at once, each for a short while.
 * Print how many datagrams arrived in a second by one CPU and by two, and how many in all.
 *
 * A second is one in which the host has let each of these CPUs run all the time: the file
 * CPU-TIME has the nanoseconds for which it has let the virtual machine run so far. What it runs
 * where no datagrams go is taken off.
 *
 * What is sent has arrived when the call returns, as the CPU that sends also receives. Where it
 * has not, the process waits; what does not come is lost, and does not count.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../program.h"

#define PORT		4003
#define FLOWS		2
#define OCTETS_MAX	65507
#define LOST_AFTER_MS	200
/* In nanoseconds: how long datagrams go, and then how long nothing does, until CPU-TIME is read. */
#define WHILE		150000000
#define QUIET		50000000
#define TURN		(WHILE + 2 * QUIET)
/* Of neither, of one and of both. */
#define KINDS		(FLOWS + 1)
/* The clock is asked once for so many datagrams. */
#define AT_ONCE		16

struct pair {
	int	from;
	int	to;
};

/* By how many flows there were at once. */
struct sums {
	long		arrived[FLOWS][KINDS];
	long long	ns[KINDS];
};

static struct sums *sums;
static const char *cpu_time;
static size_t octets;

/* In nanoseconds, of all the virtual machine's CPUs. */
static long long time_run(void)
{
	FILE *file = fopen(cpu_time, "r");
	long long ns;

	if (!file || fscanf(file, "%lld", &ns) != 1)
		err(1, "%s", cpu_time);
	fclose(file);
	return ns;
}

static struct pair open_flow(char **words, int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct pair flow;

	to.sin_addr = ipv4(words[2], "ADDRESS");
	flow.to = socket_in(words[1], SOCK_DGRAM);
	if (bind(flow.to, (struct sockaddr *)&to, sizeof(to)))
		err(1, "bind to %s in '%s'", words[2], words[1]);
	flow.from = socket_in(words[0], SOCK_DGRAM);
	if (connect(flow.from, (struct sockaddr *)&to, sizeof(to)))
		err(1, "connect in '%s'", words[0]);
	return flow;
}

static bool arrives(struct pair flow)
{
	static char payload[OCTETS_MAX];
	struct pollfd to = { .fd = flow.to, .events = POLLIN };

	if (send(flow.from, payload, octets, 0) < 0)
		err(1, "send");
	do {
		ssize_t len = recv(flow.to, payload, sizeof(payload), MSG_DONTWAIT);

		if (len >= 0)
			return (size_t)len == octets;
		if (errno != EAGAIN)
			err(1, "receive");
	} while (poll(&to, 1, LOST_AFTER_MS) > 0);
	return false;
}

static void wait_until(long long when)
{
	struct timespec time = { .tv_sec = when / 1000000000, .tv_nsec = when % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "CPU %d", cpu);
}

/* Which kind a turn is of is the same for all who take part. */
static void run(struct pair flow, int cpu, long long begin, long turns)
{
	long turn;
	int i;

	pin(cpu);
	for (turn = 0; turn < turns; turn++, begin += TURN) {
		if (turn % KINDS <= cpu)
			continue;
		wait_until(begin);
		do {
			for (i = 0; i < AT_ONCE; i++)
				sums->arrived[cpu][turn % KINDS] += arrives(flow);
		} while (now() < begin + WHILE);
	}
}

static void watch(long long begin, long turns)
{
	long long ns;
	long turn;

	wait_until(begin - QUIET);
	ns = time_run();
	for (turn = 0; turn < turns; turn++, begin += TURN) {
		sums->ns[turn % KINDS] -= ns;
		wait_until(begin + WHILE + QUIET);
		ns = time_run();
		sums->ns[turn % KINDS] += ns;
	}
}

static void measure(const struct pair *flows, long turns)
{
	long long begin = now() + 2 * TURN;
	int status, i;

	for (i = 0; i < FLOWS; i++) {
		pid_t child = fork();

		if (child < 0)
			err(1, "fork");
		if (!child) {
			run(flows[i], i, begin, turns);
			_exit(0);
		}
	}
	watch(begin, turns);
	for (i = 0; i < FLOWS; i++)
		if (wait(&status) < 0 || status)
			errx(1, "a process failed");
}

/* Datagrams in a second by so many CPUs. */
static double rate(int cpus)
{
	long arrived = sums->arrived[0][cpus] + sums->arrived[1][cpus];

	return arrived * 1e9 / (sums->ns[cpus] - sums->ns[0]) * cpus;
}

int main(int argc, char **argv)
{
	struct pair flows[FLOWS];
	long times;
	int i;

	if (argc != 10)
		errx(1, "usage: parallel CPU-TIME OCTETS TIMES FROM TO ADDRESS FROM TO ADDRESS");
	cpu_time = argv[1];
	octets = number(argv[2], "OCTETS", 1, OCTETS_MAX);
	times = number(argv[3], "TIMES", 1, 1000);
	for (i = 0; i < FLOWS; i++)
		flows[i] = open_flow(argv + 4 + 3 * i, PORT + i);
	sums = mmap(NULL, sizeof(*sums), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sums == MAP_FAILED)
		err(1, "memory");
	measure(flows, times * KINDS);
	printf("%.0f %.0f %ld\n", rate(1), rate(2),
	       sums->arrived[0][1] + sums->arrived[0][2] + sums->arrived[1][2]);
	return 0;
}
