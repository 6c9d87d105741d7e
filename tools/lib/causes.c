// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>

#include <linux/espah.h>

#include "causes.h"

/* Of all counters that a packet ends by. */
static const struct espah_cause causes[ESPAH_A_CNT_MAX + 1] = {
	[ESPAH_A_CNT_IN_SPI_ZERO] = {
		"SPI 0 must never be on the wire: the sender is broken, or somebody is probing.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_TRUNCATED] = {
		"The packet is too short for what its SA puts into it: look for what cuts packets on the way, or for a sender with another algorithm.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_SEQ_ZERO] = {
		"Number 0 is never sent under an SA that checks replays: the sender's counter has wrapped, or it does not count; both ends need new keys.",
		"XfrmInStateSeqError"
	},
	[ESPAH_A_CNT_IN_REPLAY_OLD] = {
		"It came later than the replay window is wide: where the path reorders much, give the SA a larger replay-window; otherwise it is a replay.",
		"XfrmInStateSeqError"
	},
	[ESPAH_A_CNT_IN_REPLAY_DUP] = {
		"The same packet came before: a network that doubles packets does that, and so does an attacker; nothing was let in.",
		"XfrmInStateSeqError"
	},
	[ESPAH_A_CNT_IN_ICV] = {
		"It was changed on the way, or the two ends have different keys or algorithms: compare both ends' 'state list'.",
		"XfrmInStateProtoError"
	},
	[ESPAH_A_CNT_IN_CRYPTO] = {
		"The kernel's cipher gave up: look at the kernel's log, and at /proc/crypto.",
		"XfrmInStateProtoError"
	},
	[ESPAH_A_CNT_IN_NOMEM] = {
		"There was no memory for it: look at what uses the memory of this host.",
		"XfrmInBufferError"
	},
	[ESPAH_A_CNT_IN_SA_DEAD] = {
		"Its SA was removed while the packet was on its way through: harmless at a rekey.",
		"XfrmInStateInvalid"
	},
	[ESPAH_A_CNT_IN_PADDING] = {
		"Its padding is not as RFC 4303 has it, though the packet is authentic: the sender is broken.",
		"XfrmInStateProtoError"
	},
	[ESPAH_A_CNT_IN_NEXT_HEADER] = {
		"What is inside does not fit the SA's mode: one end has a tunnel where the other has transport mode.",
		"XfrmInStateModeError"
	},
	[ESPAH_A_CNT_IN_DUMMY] = {
		"A dummy packet of the peer's, which hides when it sends: as it should be.",
		NULL
	},
	[ESPAH_A_CNT_IN_INNER_HEADER] = {
		"The packet inside has no sound IP header, though it is authentic: the sender is broken, or has other keys that happen to fit.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_ECN] = {
		"Congestion was met on the way by a packet whose inside cannot be told (RFC 6040): a router marks packets that do not ask for it.",
		NULL
	},
	[ESPAH_A_CNT_IN_SELECTOR] = {
		"The peer has sent what this SA's selector does not let in: compare the selectors of both ends.",
		"XfrmInStateMismatch"
	},
	[ESPAH_A_CNT_IN_NO_POLICY] = {
		"A tunnel has delivered it and no inbound policy speaks of it: add one ('policy add ... dir in', or fwd where it is forwarded), or the peer's selectors are too wide.",
		"XfrmInNoPols"
	},
	[ESPAH_A_CNT_IN_POLICY_MISMATCH] = {
		"The inbound policy wants other protection than the packet had: compare its templates (mode, ends, reqid) with the SA.",
		"XfrmInTmplMismatch"
	},
	[ESPAH_A_CNT_IN_POLICY_DISCARD] = {
		"An inbound policy says block: as configured.",
		"XfrmInPolBlock"
	},
	[ESPAH_A_CNT_IN_NESTED] = {
		"It was inside of more protections than are taken off.",
		"XfrmInBufferError"
	},
	[ESPAH_A_CNT_IN_NO_ROUTE] = {
		"Destination NAT has sent it where no route leads: look at the NAT rules and at the routes.",
		NULL
	},
	[ESPAH_A_CNT_IN_BACKLOG] = {
		"The queue to the upper layers is full: packets come faster than they are taken; see net.core.netdev_max_backlog.",
		NULL
	},
	[ESPAH_A_CNT_IN_CLEAR] = {
		"It came in clear and an inbound policy wants it protected: the peer has no policy or no SA for it, or it is forged.",
		"XfrmInTmplMismatch"
	},
	[ESPAH_A_CNT_IN_CLEAR_DISCARD] = {
		"An inbound policy says block: as configured.",
		"XfrmInPolBlock"
	},
	[ESPAH_A_CNT_FWD_CLEAR] = {
		"It was to be forwarded, came in clear, and a policy (dir fwd) wants it protected: the peer has no policy or no SA for it, or it is forged.",
		"XfrmInTmplMismatch"
	},
	[ESPAH_A_CNT_FWD_CLEAR_DISCARD] = {
		"A policy (dir fwd) says block: as configured.",
		"XfrmInPolBlock"
	},
	[ESPAH_A_CNT_OUT_POLICY_DISCARD] = {
		"An outbound policy says block: as configured.",
		"XfrmOutPolBlock"
	},
	[ESPAH_A_CNT_OUT_NO_SA] = {
		"An outbound policy wants an SA, there is none, and nobody listens who could bring one: start espahd, or add the SA by hand.",
		"XfrmOutNoStates"
	},
	[ESPAH_A_CNT_OUT_SELECTOR] = {
		"There are SAs for the policy, and their selectors do not let the packet out: widen them, or narrow the policy.",
		"XfrmOutNoStates"
	},
	[ESPAH_A_CNT_OUT_SEQ_EXHAUSTED] = {
		"The SA has used up its numbers: rekey earlier, or use extended sequence numbers (flag esn).",
		"XfrmOutStateSeqError"
	},
	[ESPAH_A_CNT_OUT_NO_ROUTE] = {
		"No route leads to the other end of the SA: look at 'ip route get' for that address, with the SA's output-mark.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_TOO_BIG] = {
		"It was too long for the path once protected, and must not be fragmented; its sender was told a size that fits: as it should be, if the sender hears it.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_SEGMENT] = {
		"A large packet could not be cut into segments: for want of memory, most likely.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_FRAGMENT] = {
		"It is a fragment, and this mode protects whole packets only; or it could not be fragmented: have the sender send smaller packets, or use a tunnel.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_MULTICAST] = {
		"Packets to many are not protected: except them from the policy.",
		NULL
	},
	[ESPAH_A_CNT_OUT_CRYPTO] = {
		"The kernel's cipher gave up: look at the kernel's log, and at /proc/crypto.",
		"XfrmOutStateProtoError"
	},
	[ESPAH_A_CNT_OUT_NOMEM] = {
		"There was no memory for it: look at what uses the memory of this host.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_CONNTRACK] = {
		"Connection tracking has refused it: look at its table, nf_conntrack_max, and the rules of helpers.",
		NULL
	},
	[ESPAH_A_CNT_OUT_SEND] = {
		"The IP layer, the firewall or the device has refused the protected packet: look at the rules for ESP and AH, and at the device's queue.",
		NULL
	},
	[ESPAH_A_CNT_IN_ENCAP] = {
		"It came in UDP and its SA has no encapsulation, or the other way round, or to another port: compare 'encap' of both ends.",
		"XfrmInStateMismatch"
	},
	[ESPAH_A_CNT_IN_LARVAL] = {
		"Its SA has no keys yet: the peer was quicker than the key daemon; harmless if it does not last.",
		"XfrmAcquireError"
	},
	[ESPAH_A_CNT_IN_EXPIRED] = {
		"Its SA has reached the hard limit of its lifetime: nobody has rekeyed it; look at the key daemon.",
		"XfrmInStateExpired"
	},
	[ESPAH_A_CNT_OUT_EXPIRED] = {
		"Its SA has reached the hard limit of its lifetime: nobody has rekeyed it; look at the key daemon.",
		"XfrmOutStateExpired"
	},
	[ESPAH_A_CNT_OUT_QUEUE_FULL] = {
		"Too many packets wait for an SA already: the key daemon does not bring it; look at its log.",
		NULL
	},
	[ESPAH_A_CNT_OUT_QUEUE_POLICY] = {
		"It waited for an SA, and its policy has ended or changed meanwhile: its sender repeats it.",
		"XfrmOutPolDead"
	},
	[ESPAH_A_CNT_OUT_ACQUIRE_TIMEOUT] = {
		"It has waited ten seconds for an SA and none came: the key daemon does not reach the peer, or does not agree with it; look at its log.",
		"XfrmOutNoStates"
	},
	[ESPAH_A_CNT_IN_AH_LENGTH] = {
		"The AH header is not as long as the SA's algorithm has it: the two ends have different algorithms.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_AH_COVER] = {
		"The headers in front of AH are malformed, so that they cannot be authenticated.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_OUT_AH_COVER] = {
		"The headers that AH has to cover are malformed: look at who sends such options.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_IN_FRAGMENT] = {
		"ESP or AH came in a fragment that is not put together: look for what refuses the other fragments.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_BEET_HEADER] = {
		"In BEET mode the header of the packet inside is made of the SA's selector and the outer header, and here that gives none.",
		"XfrmInHdrError"
	},
	[ESPAH_A_CNT_IN_LINK] = {
		"Its SA is for a virtual interface: look with 'link list' whether that is there and up, and whether the SA should have this if_id.",
		"XfrmInError"
	},
	[ESPAH_A_CNT_OUT_LINK_HEADER] = {
		"Only IP goes through a virtual interface: look for who sends something else there.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_LINK_LOOP] = {
		"The route to the tunnel's other end leads back to its own virtual interface: give that address a route by another one.",
		"XfrmOutError"
	},
	[ESPAH_A_CNT_OUT_NO_POLICY] = {
		"Policies have the virtual interface's if_id, and none of them protects this packet: add one, or remove them all to have SAs chosen by themselves. Elsewhere: policy setdefault says block, and no policy (dir out) speaks of it.",
		"XfrmOutPolError"
	},
	[ESPAH_A_CNT_IN_CLEAR_NO_POLICY] = {
		"No policy (dir in) speaks of it, and policy setdefault says block: as configured.",
		"XfrmInNoPols"
	},
	[ESPAH_A_CNT_FWD_CLEAR_NO_POLICY] = {
		"No policy (dir fwd) speaks of it, and policy setdefault says block: as configured.",
		"XfrmInNoPols"
	},
	[ESPAH_A_CNT_IN_DIR] = {
		"Its SA is for output only (dir out): one of the peer's for this host has the same SPI and address, or whoever added it had the directions the wrong way round.",
		"XfrmInStateDirError"
	},
};

/**
 * espah_cause() - what a cause means
 * @counter: ESPAH_A_CNT_*
 *
 * Return: the cause, or NULL if no packet ends by this counter.
 */
const struct espah_cause *espah_cause(unsigned int counter)
{
	if (counter > ESPAH_A_CNT_MAX || !causes[counter].advice)
		return NULL;
	return &causes[counter];
}
