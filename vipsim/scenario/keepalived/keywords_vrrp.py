"""Keywords of keepalived 2.2.7 for VRRP, as data: keyword | form | standing | note.

The forms are explained in `forms`. Standing M: modelled; A: approximated (the note says how); I: ignored
(the note says why). The words are those of keepalived.conf(5) and of the program itself.
"""

TOP = """
net_namespace | word | I | every node is a host of its own
net_namespace_ipvs | word | I | IPVS (LVS) is not simulated
namespace_with_ipsets | flag | I | packet filters take effect at once
instance | word | I | one daemon runs on a node
use_pid_dir | flag | I | no files are written
linkbeat_use_polling | flag | I | a change of carrier is seen at once
child_wait_time | wsec 0 1000 | I | a stop takes no time
global_defs | block | M |
linkbeat_interfaces | lines | I | a change of carrier is seen at once
track_group | named block | I | static addresses are never lost
static_ipaddress | lines | A | an address of the node itself, which nothing removes
static_routes | lines | I | the routes are those of the scenario
static_rules | lines | I | there is no policy routing
vrrp_sync_group | named block | M |
garp_group | block | M |
vrrp_instance | named block | M |
vrrp_script | named block | M |
track_file | named block | M |
vrrp_track_file | named block | M | old name of track_file
vrrp_track_process | named block | M |
interface_up_down_delays | lines | I | a change of carrier is seen at once, and counts at once
bfd_instance | named block | I | BFD is not simulated
virtual_server_group | named lines | I | IPVS (LVS) is not simulated
virtual_server | words block | I | IPVS (LVS) is not simulated
SSL | block | I | IPVS (LVS) is not simulated
"""

INSTANCE = """
use_vmac | words? | M |
use_vmac_addr | flag | A | addresses on other interfaces get that interface's own MAC address
vmac_xmit_base | flag | M |
use_ipvlan | words? | A | as the interface itself, whose MAC address it shares
unicast_peer | lines | M |
unicast_fault_no_peer | flag | A | without a peer the adverts go to the group
check_unicast_src | flag | M |
old_unicast_checksum | word? | I | all nodes are taken to compute the same checksum
native_ipv6 | flag | I | IPv6 instances are not simulated
state | state | M |
interface | word | M |
vrf | word | I | a node has one routing table
dont_track_primary | flag | M |
track_interface | lines | M |
track_script | lines | M |
track_file | lines | M |
track_process | lines | M |
track_bfd | lines | I | BFD is not simulated
mcast_src_ip | ip | M |
unicast_src_ip | ip | M |
mcast_dst_ip | ip | A | every group is 224.0.0.18
track_src_ip | flag | I | an interface never loses its address
virtual_router_id | int 1 255 | M |
unicast_ttl | int 0 255 | M |
version | int 2 3 | M |
priority | int 1 255 | M |
advert_int | sec 0.01 255 | M |
virtual_ipaddress | lines | M |
virtual_ipaddress_excluded | lines | M |
promote_secondaries | flag | A | the loss of one address never takes others with it
linkbeat_use_polling | flag | I | a change of carrier is seen at once
virtual_routes | lines | I | the routes are those of the scenario
virtual_rules | lines | I | there is no policy routing
accept | flag | M |
no_accept | flag | M |
skip_check_adv_addr | bool? | M |
strict_mode | bool? | M |
preempt | flag | M |
nopreempt | flag | M |
preempt_delay | sec 0 1000 | M |
debug | int 0 4 | I | changes what is logged
notify_master | script | I | scripts are not run; the state changes are in the trace
notify_backup | script | I | scripts are not run; the state changes are in the trace
notify_fault | script | I | scripts are not run; the state changes are in the trace
notify_stop | script | I | scripts are not run; the state changes are in the trace
notify_deleted | script? | I | scripts are not run; the state changes are in the trace
notify | script | I | scripts are not run; the state changes are in the trace
notify_master_rx_lower_pri | script | I | scripts are not run; the advert received is in the trace
notify_priority_changes | bool? | I | there is no FIFO
smtp_alert | bool? | I | no mail is sent
lvs_sync_daemon_interface | word | I | IPVS (LVS) is not simulated
garp_master_delay | wsec 0 4294 | M |
garp_master_refresh | wsec 0 4294967295 | M |
garp_master_repeat | int 0 4294967295 | M |
garp_master_refresh_repeat | int 0 4294967295 | M |
garp_lower_prio_delay | wsec 0 4294 | M |
garp_lower_prio_repeat | int 0 2147483647 | M |
garp_extra_if | interval | I | announcements leave only where their address is
vmac_garp_intvl | interval | I | announcements leave only where their address is
down_timer_adverts | int 1 100 | M |
lower_prio_no_advert | bool? | M |
higher_prio_send_advert | bool? | M |
kernel_rx_buf_size | int 0 4294967295 | I | receive buffers never overflow
authentication | block | M |
"""

AUTHENTICATION = """
auth_type | auth | A | AH: a wrong password is not heard; there are no sequence numbers
auth_pass | word | M |
"""

SYNC_GROUP = """
group | lines | M |
track_interface | lines | M |
track_script | lines | M |
track_file | lines | M |
track_process | lines | M |
track_bfd | lines | I | BFD is not simulated
notify_master | script | I | scripts are not run; the state changes are in the trace
notify_backup | script | I | scripts are not run; the state changes are in the trace
notify_fault | script | I | scripts are not run; the state changes are in the trace
notify_stop | script | I | scripts are not run; the state changes are in the trace
notify | script | I | scripts are not run; the state changes are in the trace
notify_priority_changes | bool? | I | there is no FIFO
smtp_alert | bool? | I | no mail is sent
global_tracking | flag | M | old name of sync_group_tracking_weight
sync_group_tracking_weight | flag | M |
"""

SCRIPT = """
script | script | A | not run: the scenario says when it fails; how soon that is seen is modelled
interval | wsec 0 4294 | M |
timeout | wsec 0 4294 | M |
weight | weight -253 253 | M |
rise | int 1 2147483647 | M |
fall | int 1 2147483647 | M |
user | words | I | nobody is asked for rights
init_fail | flag | M |
"""

TRACK_FILE = """
file | word | A | not read: the scenario says what it holds
weight | weight -2147483647 2147483647 | M |
init_file | words? | M |
"""

TRACK_PROCESS = """
process | words | A | not looked for: the scenario says when it runs
param_match | word? | I | the scenario says when the process runs
weight | weight -254 254 | M |
quorum | int 1 65535 | M |
quorum_max | int 0 65535 | M |
fork_delay | sec 0.000001 3600 | A | terminate_delay counts for both
terminate_delay | sec 0.000001 3600 | M |
delay | sec 0.000001 3600 | M |
full_command | flag | I | the scenario says when the process runs
"""

BFD = """
neighbor_ip | ip | I | BFD is not simulated
neighbour_ip | ip | I | BFD is not simulated
source_ip | ip | I | BFD is not simulated
min_rx | msec 0.001 60000 | I | BFD is not simulated
min_tx | msec 0.001 60000 | I | BFD is not simulated
idle_tx | msec 0.001 60000 | I | BFD is not simulated
multiplier | int 1 255 | I | BFD is not simulated
passive | flag | I | BFD is not simulated
ttl | int 1 255 | I | BFD is not simulated
hoplimit | int 1 255 | I | BFD is not simulated
max_hops | int 0 255 | I | BFD is not simulated
weight | weight -253 253 | I | BFD is not simulated
vrrp | flag | I | BFD is not simulated
checker | flag | I | BFD is not simulated
"""

GARP_GROUP = """
garp_interval | sec 0 2147 | M |
gna_interval | sec 0 2147 | I | IPv6 is not simulated
interface | word | M |
interfaces | lines | A | each interface has a gap of its own
"""

TRACK_GROUP = """
group | lines | I | static addresses are never lost
"""
