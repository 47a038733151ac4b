"""Keywords of keepalived 2.2.7 in global_defs: keyword | form | standing | note (see `keywords_vrrp`)."""

GLOBAL = """
process_names | flag | I | names of processes are not shown
process_name | word | I | names of processes are not shown
vrrp_process_name | word | I | names of processes are not shown
checker_process_name | word | I | names of processes are not shown
lvs_process_name | word | I | names of processes are not shown
bfd_process_name | word | I | names of processes are not shown
router_id | word | A | only a name in the report
notification_email | lines | I | no mail is sent
notification_email_from | word | I | no mail is sent
smtp_server | words | I | no mail is sent
smtp_helo_name | word | I | no mail is sent
smtp_connect_timeout | wsec 0 4294 | I | no mail is sent
smtp_alert | bool? | I | no mail is sent
smtp_alert_vrrp | bool? | I | no mail is sent
smtp_alert_checker | bool? | I | no mail is sent
no_email_faults | flag | I | no mail is sent
no_checker_emails | bool? | I | no mail is sent
startup_script | script | I | scripts are not run
startup_script_timeout | wsec 1 1000 | I | scripts are not run
shutdown_script | script | I | scripts are not run
shutdown_script_timeout | wsec 1 1000 | I | scripts are not run
checker_log_all_failures | bool? | I | IPVS (LVS) is not simulated
dynamic_interfaces | word? | A | an interface goes and returns only by a fault of the scenario
default_interface | word | M |
disable_local_igmp | flag | I | switches pass on the VRRP group without snooping
lvs_timeouts | words | I | IPVS (LVS) is not simulated
lvs_flush | flag | I | IPVS (LVS) is not simulated
lvs_flush_on_stop | word? | I | IPVS (LVS) is not simulated
lvs_flush_onstop | word? | I | IPVS (LVS) is not simulated
lvs_sync_daemon | words | I | IPVS (LVS) is not simulated
vrrp_mcast_group4 | ip | A | every group is 224.0.0.18
vrrp_mcast_group6 | ip | I | IPv6 is not simulated
vrrp_garp_master_delay | wsec 0 4294 | M |
vrrp_garp_master_repeat | int 0 4294967295 | M |
vrrp_garp_master_refresh | wsec 0 4294967295 | M |
vrrp_garp_master_refresh_repeat | int 0 4294967295 | M |
vrrp_garp_lower_prio_delay | wsec 0 4294 | M |
vrrp_garp_lower_prio_repeat | int 0 2147483647 | M |
vrrp_down_timer_adverts | int 1 100 | M |
vrrp_garp_interval | sec 0.000001 4294 | M |
vrrp_gna_interval | sec 0.000001 4294 | I | IPv6 is not simulated
vrrp_min_garp | bool? | M |
vrrp_garp_extra_if | interval | I | announcements leave only where their address is
vrrp_vmac_garp_intvl | interval | I | announcements leave only where their address is
vrrp_lower_prio_no_advert | bool? | M |
vrrp_higher_prio_send_advert | bool? | M |
vrrp_version | int 2 3 | M |
vrrp_iptables | words? | A | what no_accept drops is dropped at once
vrrp_ipsets | words? | A | what no_accept drops is dropped at once
nftables | word? | A | what no_accept drops is dropped at once
nftables_priority | int -2147483648 2147483647 | I | packet filters take effect at once
nftables_counters | flag | I | changes what is counted
nftables_ifindex | flag | I | packet filters take effect at once
nftables_ipvs | word? | I | IPVS (LVS) is not simulated
nftables_ipvs_priority | int -2147483648 2147483647 | I | IPVS (LVS) is not simulated
nftables_ipvs_start_fwmark | int 0 4294967295 | I | IPVS (LVS) is not simulated
vrrp_check_unicast_src | flag | M |
vrrp_skip_check_adv_addr | flag | M |
vrrp_strict | flag | M |
vrrp_notify_priority_changes | bool? | I | there is no FIFO
max_auto_priority | word? | I | lateness of a process is a property of the host
min_auto_priority_delay | int 1 10000000 | I | lateness of a process is a property of the host
vrrp_priority | int -20 19 | I | lateness of a process is a property of the host
vrrp_no_swap | flag | I | lateness of a process is a property of the host
vrrp_rt_priority | int 1 99 | I | lateness of a process is a property of the host
vrrp_cpu_affinity | words | I | lateness of a process is a property of the host
vrrp_rlimit_rttime | int 1 4294967295 | I | lateness of a process is a property of the host
vrrp_rlimit_rtime | int 1 4294967295 | I | lateness of a process is a property of the host
checker_priority | int -20 19 | I | IPVS (LVS) is not simulated
checker_no_swap | flag | I | IPVS (LVS) is not simulated
checker_rt_priority | int 1 99 | I | IPVS (LVS) is not simulated
checker_cpu_affinity | words | I | IPVS (LVS) is not simulated
checker_rlimit_rttime | int 1 4294967295 | I | IPVS (LVS) is not simulated
checker_rlimit_rtime | int 1 4294967295 | I | IPVS (LVS) is not simulated
bfd_priority | int -20 19 | I | lateness of a process is a property of the host
bfd_no_swap | flag | I | lateness of a process is a property of the host
bfd_rt_priority | int 1 99 | I | lateness of a process is a property of the host
bfd_cpu_affinity | words | I | lateness of a process is a property of the host
bfd_rlimit_rttime | int 1 4294967295 | I | lateness of a process is a property of the host
bfd_rlimit_rtime | int 1 4294967295 | I | lateness of a process is a property of the host
snmp_socket | words | I | SNMP only observes
enable_snmp_vrrp | flag | I | SNMP only observes
enable_snmp_keepalived | flag | I | SNMP only observes
enable_snmp_checker | flag | I | SNMP only observes
enable_snmp_rfc | flag | I | SNMP only observes
enable_snmp_rfcv2 | flag | I | SNMP only observes
enable_snmp_rfcv3 | flag | I | SNMP only observes
enable_traps | flag | I | SNMP only observes
enable_dbus | flag | I | D-Bus only observes
dbus_service_name | word | I | D-Bus only observes
script_user | words | I | nobody is asked for rights
enable_script_security | flag | I | nobody is asked for rights
notify_fifo | words | I | there is no FIFO
notify_fifo_script | script | I | scripts are not run
vrrp_notify_fifo | words | I | there is no FIFO
vrrp_notify_fifo_script | script | I | scripts are not run
lvs_notify_fifo | words | I | IPVS (LVS) is not simulated
lvs_notify_fifo_script | script | I | IPVS (LVS) is not simulated
fifo_write_vrrp_states_on_reload | flag | I | there is no FIFO
vrrp_netlink_cmd_rcv_bufs | int 0 4294967295 | I | receive buffers never overflow
vrrp_netlink_cmd_rcv_bufs_force | bool? | I | receive buffers never overflow
vrrp_netlink_monitor_rcv_bufs | int 0 4294967295 | I | receive buffers never overflow
vrrp_netlink_monitor_rcv_bufs_force | bool? | I | receive buffers never overflow
lvs_netlink_cmd_rcv_bufs | int 0 4294967295 | I | IPVS (LVS) is not simulated
lvs_netlink_cmd_rcv_bufs_force | bool? | I | IPVS (LVS) is not simulated
lvs_netlink_monitor_rcv_bufs | int 0 4294967295 | I | IPVS (LVS) is not simulated
lvs_netlink_monitor_rcv_bufs_force | bool? | I | IPVS (LVS) is not simulated
process_monitor_rcv_bufs | int 0 4294967295 | I | receive buffers never overflow
process_monitor_rcv_bufs_force | bool? | I | receive buffers never overflow
vrrp_rx_bufs_policy | words | I | receive buffers never overflow
vrrp_rx_bufs_multiplier | int 1 4294967295 | I | receive buffers never overflow
rs_init_notifies | bool? | I | IPVS (LVS) is not simulated
umask | words | I | no files are written
vrrp_startup_delay | sec 0.001 4294 | M |
log_unknown_vrids | flag | I | changes what is logged
vmac_prefix | word | A | only the name of an interface
vmac_addr_prefix | word | A | only the name of an interface
random_seed | int 0 4294967295 | I | ${_RANDOM} is read as its least value
reload_check_config | word? | I | a reload is an act of the scenario, of a file that was read
include_check | words? | I | an include of a file that is missing is reported either way
reload_time_file | word | I | a reload is an act of the scenario
reload_repeat | flag | I | a reload is an act of the scenario
reload_file | word? | I | a reload is an act of the scenario
tmp_config_directory | word | I | no files are written
config_save_dir | word | I | no files are written
data_use_instance | bool? | I | no files are written
"""
