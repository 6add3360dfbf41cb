// Topics of constants: errors, limits and time. In each the names come in the order of their header.
extension KernelConstants {
  /// Numbers of errors. Kernel: include/uapi/asm-generic/errno.h.
  static let errors = Topic(
    headers: "linux/errno.h",
    names: """
      EPERM=1 ENOENT=2 ESRCH=3 EINTR=4 EIO=5 ENXIO=6 E2BIG=7 ENOEXEC=8 EBADF=9 ECHILD=10 EAGAIN=11 ENOMEM=12 EACCES=13
      EFAULT=14 ENOTBLK=15 EBUSY=16 EEXIST=17 EXDEV=18 ENODEV=19 ENOTDIR=20 EISDIR=21 EINVAL=22 ENFILE=23 EMFILE=24
      ENOTTY=25 ETXTBSY=26 EFBIG=27 ENOSPC=28 ESPIPE=29 EROFS=30 EMLINK=31 EPIPE=32 EDOM=33 ERANGE=34 EDEADLK=35
      ENAMETOOLONG=36 ENOLCK=37 ENOSYS=38 ENOTEMPTY=39 ELOOP=40 EWOULDBLOCK=11 ENOMSG=42 EIDRM=43 ECHRNG=44
      EL2NSYNC=45 EL3HLT=46 EL3RST=47 ELNRNG=48 EUNATCH=49 ENOCSI=50 EL2HLT=51 EBADE=52 EBADR=53 EXFULL=54 ENOANO=55
      EBADRQC=56 EBADSLT=57 EDEADLOCK=35 EBFONT=59 ENOSTR=60 ENODATA=61 ETIME=62 ENOSR=63 ENONET=64 ENOPKG=65
      EREMOTE=66 ENOLINK=67 EADV=68 ESRMNT=69 ECOMM=70 EPROTO=71 EMULTIHOP=72 EDOTDOT=73 EBADMSG=74 EFSBADCRC=74
      EOVERFLOW=75 ENOTUNIQ=76 EBADFD=77 EREMCHG=78 ELIBACC=79 ELIBBAD=80 ELIBSCN=81 ELIBMAX=82 ELIBEXEC=83 EILSEQ=84
      ERESTART=85 ESTRPIPE=86 EUSERS=87 ENOTSOCK=88 EDESTADDRREQ=89 EMSGSIZE=90 EPROTOTYPE=91 ENOPROTOOPT=92
      EPROTONOSUPPORT=93 ESOCKTNOSUPPORT=94 EOPNOTSUPP=95 EPFNOSUPPORT=96 EAFNOSUPPORT=97 EADDRINUSE=98
      EADDRNOTAVAIL=99 ENETDOWN=100 ENETUNREACH=101 ENETRESET=102 ECONNABORTED=103 ECONNRESET=104 ENOBUFS=105
      EISCONN=106 ENOTCONN=107 ESHUTDOWN=108 ETOOMANYREFS=109 ETIMEDOUT=110 ECONNREFUSED=111 EHOSTDOWN=112
      EHOSTUNREACH=113 EALREADY=114 EINPROGRESS=115 ESTALE=116 EUCLEAN=117 EFSCORRUPTED=117 ENOTNAM=118 ENAVAIL=119
      EISNAM=120 EREMOTEIO=121 EDQUOT=122 ENOMEDIUM=123 EMEDIUMTYPE=124 ECANCELED=125 ENOKEY=126 EKEYEXPIRED=127
      EKEYREVOKED=128 EKEYREJECTED=129 EOWNERDEAD=130 ENOTRECOVERABLE=131 ERFKILL=132 EHWPOISON=133 EFTYPE=134
      """)

  /// Numbers of errors that do not leave the kernel. Kernel: include/linux/errno.h, include/linux/err.h.
  static let kernelErrors = Topic(
    names: """
      ERESTARTSYS=512 ERESTARTNOINTR=513 ERESTARTNOHAND=514 ENOIOCTLCMD=515 ERESTART_RESTARTBLOCK=516 EPROBE_DEFER=517
      EOPENSTALE=518 ENOPARAM=519 EBADHANDLE=521 ENOTSYNC=522 EBADCOOKIE=523 ENOTSUPP=524 ETOOSMALL=525
      ESERVERFAULT=526 EBADTYPE=527 EJUKEBOX=528 EIOCBQUEUED=529 ERECALLCONFLICT=530 ENOGRACE=531 MAX_ERRNO=4095
      """,
    functions: Functions(
      "linux/err.h",
      """
      IS_ERR_VALUE(x) ((unsigned long)(x) >= (unsigned long)-4095)
      """))

  /// Limits of names, paths and lists. Kernel: include/uapi/linux/limits.h.
  static let limits = Topic(
    headers: "linux/limits.h",
    names: """
      NGROUPS_MAX=65536 ARG_MAX=131072 LINK_MAX=127 NAME_MAX=255 PATH_MAX=4096 XATTR_NAME_MAX=255 XATTR_SIZE_MAX=65536
      XATTR_LIST_MAX=65536 RTSIG_MAX=32
      """)

  /// Limits of integers. C: limits.h, stdint.h.
  static let integerLimits = Topic(
    headers: "limits.h stdint.h",
    names: """
      LLONG_MIN=-9223372036854775808 LLONG_MAX=0x7fffffffffffffff ULLONG_MAX=0xffffffffffffffff
      SSIZE_MAX=0x7fffffffffffffff LONG_MAX=0x7fffffffffffffff INT_MAX=0x7fffffff CHAR_BIT=8 SCHAR_MIN=-128
      SCHAR_MAX=0x7f UCHAR_MAX=0xff SHRT_MIN=-32768 SHRT_MAX=0x7fff USHRT_MAX=0xffff INT_MIN=-2147483648
      UINT_MAX=0xffffffff LONG_MIN=-9223372036854775808 ULONG_MAX=0xffffffffffffffff INT8_MIN=-128 INT16_MIN=-32768
      INT32_MIN=-2147483648 INT64_MIN=-9223372036854775808 INT8_MAX=0x7f INT16_MAX=0x7fff INT32_MAX=0x7fffffff
      INT64_MAX=0x7fffffffffffffff UINT8_MAX=0xff UINT16_MAX=0xffff UINT32_MAX=0xffffffff
      UINT64_MAX=0xffffffffffffffff SIZE_MAX=0xffffffffffffffff
      """)

  /// Limits of integers, as the kernel names them. Kernel: include/linux/limits.h.
  static let kernelIntegerLimits = Topic(
    names: """
      U8_MAX=0xff S8_MAX=0x7f S8_MIN=-128 U16_MAX=0xffff S16_MAX=0x7fff S16_MIN=-32768 U32_MAX=0xffffffff
      S32_MAX=0x7fffffff S32_MIN=-2147483648 U64_MAX=0xffffffffffffffff S64_MAX=0x7fffffffffffffff
      """)

  /// What programs in C take for granted. C: stddef.h, stdlib.h, stdio.h; POSIX: unistd.h.
  static let general = Topic(
    headers: "stddef.h stdlib.h stdio.h unistd.h",
    names: """
      NULL=0 RAND_MAX=2147483647 EXIT_FAILURE=1 EXIT_SUCCESS=0 EOF=-1 STDIN_FILENO=0 STDOUT_FILENO=1 STDERR_FILENO=2
      """)

  /// Clocks and timers. Kernel: include/uapi/linux/time.h.
  static let clocks = Topic(
    headers: "linux/time.h",
    names: """
      ITIMER_REAL=0 ITIMER_VIRTUAL=1 ITIMER_PROF=2 CLOCK_REALTIME=0 CLOCK_MONOTONIC=1 CLOCK_PROCESS_CPUTIME_ID=2
      CLOCK_THREAD_CPUTIME_ID=3 CLOCK_MONOTONIC_RAW=4 CLOCK_REALTIME_COARSE=5 CLOCK_MONOTONIC_COARSE=6
      CLOCK_BOOTTIME=7 CLOCK_REALTIME_ALARM=8 CLOCK_BOOTTIME_ALARM=9 CLOCK_SGI_CYCLE=10 CLOCK_TAI=11 TIMER_ABSTIME=1
      """)

  /// Parts of a second. Kernel: include/vdso/time64.h.
  static let durations = Topic(
    names: """
      MSEC_PER_SEC=1000 USEC_PER_MSEC=1000 NSEC_PER_USEC=1000 NSEC_PER_MSEC=1000000 USEC_PER_SEC=1000000
      NSEC_PER_SEC=1000000000
      """)

  /// Flags of timerfd. Kernel: include/uapi/linux/timerfd.h.
  static let timerDescriptors = Topic(
    headers: "linux/timerfd.h",
    names: """
      TFD_TIMER_ABSTIME=0x1 TFD_TIMER_CANCEL_ON_SET=0x2 TFD_CLOEXEC=0x80000 TFD_NONBLOCK=0x800
      """)

  /// Modes of adjtimex. Kernel: include/uapi/linux/timex.h.
  static let adjustments = Topic(
    headers: "linux/timex.h",
    names: """
      ADJ_OFFSET=0x1 ADJ_FREQUENCY=0x2 ADJ_MAXERROR=0x4 ADJ_ESTERROR=0x8 ADJ_STATUS=0x10 ADJ_TIMECONST=0x20
      ADJ_TAI=0x80 ADJ_SETOFFSET=0x100 ADJ_MICRO=0x1000 ADJ_NANO=0x2000 ADJ_TICK=0x4000 STA_PLL=0x1 STA_PPSFREQ=0x2
      STA_PPSTIME=0x4 STA_FLL=0x8 STA_INS=0x10 STA_DEL=0x20 STA_UNSYNC=0x40 STA_FREQHOLD=0x80 STA_PPSSIGNAL=0x100
      STA_PPSJITTER=0x200 STA_PPSWANDER=0x400 STA_PPSERROR=0x800 STA_CLOCKERR=0x1000 STA_NANO=0x2000 STA_MODE=0x4000
      STA_CLK=0x8000 STA_RONLY=0xff00
      """)

  /// All of these.
  static let generalTopics: [Topic] = [
    errors, kernelErrors, limits, integerLimits, kernelIntegerLimits, general, clocks, durations, timerDescriptors,
    adjustments,
  ]
}
