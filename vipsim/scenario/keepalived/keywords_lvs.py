"""Keywords of keepalived 2.2.7 for LVS: known by name, so that a slip of the pen is found here too.

Nothing of it is simulated; a real server's health does not move a virtual address. Names that stand before
a block end in `{`.
"""

VIRTUAL_SERVER = """
ip_family delay_loop inhibit_on_failure lb_algo lvs_sched hashed flag-1 flag-2 flag-3 sh-port sh-fallback
mh-port mh-fallback ops lb_kind lvs_method persistence_engine persistence_timeout persistence_granularity
protocol ha_suspend smtp_alert virtualhost snmp_name alpha omega quorum hysteresis quorum_up quorum_down
sorry_server sorry_server_inhibit sorry_server_lvs_method connect_timeout retry delay_before_retry warmup
weight real_server{
"""

REAL_SERVER = """
weight lvs_method uthreshold lthreshold notify_up notify_down smtp_alert virtualhost snmp_name alpha
connect_timeout retry delay_before_retry warmup delay_loop inhibit_on_failure
HTTP_GET{ SSL_GET{ TCP_CHECK{ SMTP_CHECK{ DNS_CHECK{ MISC_CHECK{ BFD_CHECK{ PING_CHECK{ UDP_CHECK{ FILE_CHECK{
"""

_PACE = " alpha retry delay_before_retry warmup delay_loop log_all_failures "
_CHECKER = _PACE + "connect_ip connect_port bindto bind_if bind_port fwmark connect_timeout "

CHECKERS = {
    "HTTP_GET": _CHECKER + "http_protocol nb_get_retry virtualhost fast_recovery enable_sni url{",
    "SSL_GET": _CHECKER + "http_protocol nb_get_retry virtualhost fast_recovery enable_sni url{",
    "TCP_CHECK": _CHECKER,
    "SMTP_CHECK": _CHECKER + "helo_name host{",
    "DNS_CHECK": _CHECKER + "type name",
    "MISC_CHECK": _PACE + "misc_path misc_timeout misc_dynamic user",
    "BFD_CHECK": "name alpha",
    "PING_CHECK": _CHECKER,
    "UDP_CHECK": _CHECKER + "payload require_reply min_reply_length max_reply_length",
    "FILE_CHECK": "track_file weight",
}

URL = """
path digest status_code virtualhost regex regex_no_match regex_options regex_stack regex_min_offset
regex_max_offset
"""

HOST = _CHECKER

SSL = "password ca certificate key"
