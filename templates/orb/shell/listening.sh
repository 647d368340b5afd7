
# PARAM_LISTEN         where it listens: tcp://127.0.0.1:PORT or unix:///PATH; nothing for ssh-multiplexer
listen=${PARAM_LISTEN:-}
