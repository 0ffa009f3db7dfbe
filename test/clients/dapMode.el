;;; dapMode.el --- Emacs' dap-mode steps over a critical section  -*- lexical-binding: t -*-

;; emacs --batch -l dapMode.el FOLDER SOURCE LINE PROGRAM (PORT | ADAPTER...)
;; Stops at LINE of SOURCE, steps three lines, goes on to the end. Prints "stopped LINE" for each stop and "terminated".
;; FOLDER keeps what dap-mode remembers.

(let ((folder (file-name-as-directory (pop command-line-args-left))))
  (setq user-emacs-directory folder
        lsp-session-file (concat folder "lsp-session")
        dap-breakpoints-file (concat folder "breakpoints")
        dap-auto-configure-features nil))
(require 'dap-mode)
(require 'dap-ui) ; An adapter with exception filters needs its list of those that are on.

(defvar source (pop command-line-args-left))
(defvar line (string-to-number (pop command-line-args-left)))
(defvar program (pop command-line-args-left))
(defvar adapter command-line-args-left)
(setq command-line-args-left nil)

(defvar stops nil "Lines of the stops so far, the last first.")
(defvar terminated nil)

(add-hook 'dap-stack-frame-changed-hook
          (lambda (session)
            (let ((frame (dap--debug-session-active-frame session)))
              (when frame
                (push (gethash "line" frame) stops)
                (message "stopped %s" (car stops))))))
(add-hook 'dap-terminated-hook (lambda (_session) (setq terminated t)))

(defun wait-until (what predicate)
  "Lets processes speak until PREDICATE holds; ends Emacs where WHAT does not come."
  (with-timeout (60 (message "no %s" what) (kill-emacs 1))
    (while (not (funcall predicate))
      (accept-process-output nil 0.05))))

(defun stop-number (count)
  "Waits for the stop number COUNT."
  (wait-until (format "stop %d" count) (lambda () (>= (length stops) count))))

(with-current-buffer (find-file-noselect source)
  (goto-char (point-min))
  (forward-line (1- line))
  (dap-breakpoint-add)
  (dap-start-debugging-noexpand
   (append (list :type "rseq-gdb" :request "launch" :name "test" :program program :args ["20" "--pin"])
           (if (string-match-p "\\`[0-9]+\\'" (car adapter))
               (list :host "127.0.0.1" :debugServer (string-to-number (car adapter)))
             (list :dap-server-path adapter))))
  (stop-number 1)
  (dotimes (step 3)
    (dap-next (dap--cur-session))
    (stop-number (+ 2 step)))
  (dap-breakpoint-delete-all)
  (dap-continue (dap--cur-session) (dap--debug-session-thread-id (dap--cur-session)))
  (wait-until "end" (lambda () terminated))
  (message "terminated"))
;;; dapMode.el ends here
