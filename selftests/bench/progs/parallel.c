// SPDX-License-Identifier: GPL-2.0-only
/*
 * parallel CPU-TIME OCTETS MS FROM TO ADDRESS FROM TO ADDRESS
 *
 * A process on the first CPU sends UDP datagrams from the network namespace FROM to ADDRESS,
 * which is in the namespace TO, and receives each there before the next one goes, for MS
 * milliseconds; then two do so at once, on a CPU each. Print how many datagrams arrived in a
 * second by one CPU and by two, and how many in all.
 *
 * A second is one in which the host has let each of these CPUs run all the time: the file
 * CPU-TIME has the nanoseconds for which it has let the virtual machine run so far.
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
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../program.h"

#define PORT		4003
#define FLOWS		2
#define OCTETS_MAX	65507
#define LOST_AFTER_MS	200
/* CPU-TIME is up to date when nothing has run for so long. */
#define QUIET_NS	50000000
/* The clock is asked once for so many datagrams. */
#define AT_ONCE		16

struct pair {
	int	from;
	int	to;
};

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

	if (inet_pton(AF_INET, words[2], &to.sin_addr) != 1)
		errx(1, "ADDRESS: '%s' is not right; expected an IPv4 address", words[2]);
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

static long run(struct pair flow, long long begin, long long end)
{
	long arrived = 0;
	int i;

	wait_until(begin);
	do {
		for (i = 0; i < AT_ONCE; i++)
			arrived += arrives(flow);
	} while (now() < end);
	return arrived;
}

static void pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "CPU %d", cpu);
}

static void begin_flow(struct pair flow, int cpu, long long begin, long long end, int to)
{
	pid_t child = fork();
	long arrived;

	if (child < 0)
		err(1, "fork");
	if (child)
		return;
	pin(cpu);
	arrived = run(flow, begin, end);
	_exit(write(to, &arrived, sizeof(arrived)) != sizeof(arrived));
}

/* What arrived of a process that ended. */
static long arrived_of_one(int from)
{
	long arrived;
	int status;

	if (wait(&status) < 0 || status ||
	    read(from, &arrived, sizeof(arrived)) != sizeof(arrived))
		errx(1, "a process failed");
	return arrived;
}

/* Datagrams in a second by so many CPUs at once, with a flow each. */
static double together(const struct pair *flows, int cpus, long long ns, long *total)
{
	long long begin = now() + 2 * QUIET_NS, time;
	long sum = 0;
	int ends[2], i;

	if (pipe(ends))
		err(1, "pipe");
	for (i = 0; i < cpus; i++)
		begin_flow(flows[i], i, begin, begin + ns, ends[1]);
	wait_until(begin - QUIET_NS);
	time = time_run();
	for (i = 0; i < cpus; i++)
		sum += arrived_of_one(ends[0]);
	wait_until(now() + QUIET_NS);
	time = time_run() - time;
	close(ends[0]);
	close(ends[1]);
	*total += sum;
	return sum * 1e9 / time * cpus;
}

int main(int argc, char **argv)
{
	struct pair flows[FLOWS];
	double one, two;
	long total = 0;
	long long ns;
	int i;

	if (argc != 10)
		errx(1, "usage: parallel CPU-TIME OCTETS MS FROM TO ADDRESS FROM TO ADDRESS");
	cpu_time = argv[1];
	octets = number(argv[2], "OCTETS", 1, OCTETS_MAX);
	ns = number(argv[3], "MS", 1, 60000) * 1000000LL;
	for (i = 0; i < FLOWS; i++)
		flows[i] = open_flow(argv + 4 + 3 * i, PORT + i);
	one = together(flows, 1, ns, &total);
	two = together(flows, 2, ns, &total);
	printf("%.0f %.0f %ld\n", one, two, total);
	return 0;
}
