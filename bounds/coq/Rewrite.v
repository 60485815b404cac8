(* The rewrite of the talk: f(p) <= p * gamma(p).

   f(p) = p Phi^{-1}(p) + phi(Phi^{-1}(p)) is what one class of mass p can contribute to the
   expected radius, and gamma(x) = ln(4 PI ln(1/x)) / sqrt(2 ln(1/x)).

   The talk asks for p <= 1/5 (theorem [rewrite_fifth]). The inequality holds exactly up to
   p_c = 0.844466940417...; theorem [rewrite_wide] reaches p <= 0.84446.

   With p = Q(t) and u = -ln Q(t), the inequality reads  lam(t) - t <= Gamma(u),  where
   Gamma(u) = ln(4 PI u) / sqrt(2u) increases up to u = e^2/(4 PI) and decreases afterwards.

   - Before the maximum of Gamma, both sides are monotone in t in the same favourable way, so that
     one evaluation at the left end of the range of t settles everything.
   - After it, Birnbaum's bound lam(t) < (t + sqrt(t^2 + 4)) / 2 bounds lam(t) - t and u from
     above by elementary functions of t; what remains is an elementary inequality, by interval
     arithmetic for t <= 4 and by hand beyond. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Gamma Normal Tail.
Open Scope R_scope.


(* The left end of the range of t: Q(t) reaches 0.84446 to the right of it. *)
Definition leftmost : R := - (101297 / 100000).

(* ---- From p to t ---- *)

Lemma Q_of_Phi_inv (p : R) : 0 < p < 1 -> Q (- Phi_inv p) = p.
Proof. intro Hp. rewrite <- Phi_opp, Ropp_involutive. now apply Phi_inv_spec. Qed.

Lemma Q_le_inv (s t : R) : Q s <= Q t -> t <= s.
Proof.
  intro H. destruct (Rle_dec t s) as [|N]; [assumption|].
  assert (L := Q_decr s t ltac:(lra)). lra.
Qed.

Lemma integrated_tail_Q (t : R) : integrated_tail (Q t) = Q t * (lam t - t).
Proof.
  assert (HQ := Q_pos t).
  unfold integrated_tail. rewrite <- Phi_opp, Phi_inv_Phi, phi_sym, Phi_opp.
  unfold lam. field. lra.
Qed.

Lemma gamma_Q (t : R) : gamma (Q t) = Gamma_of_entropy (- ln (Q t)).
Proof.
  assert (HQ := Q_pos t). unfold gamma, Gamma_of_entropy.
  replace (ln (1 / Q t)) with (- ln (Q t)); [reflexivity|].
  unfold Rdiv. rewrite Rmult_1_l, ln_Rinv; trivial.
Qed.

Lemma minus_ln_Q_pos (t : R) : 0 < - ln (Q t).
Proof. assert (L := ln_increasing _ _ (Q_pos t) (Q_lt_1 t)). rewrite ln_1 in L. lra. Qed.

Lemma excess_decr (s t : R) : s <= t -> lam t - t <= lam s - s.
Proof.
  intro H. destruct (Req_dec s t) as [->|N]; [lra|].
  assert (L := g_of_t_decr s t ltac:(lra)). unfold g_of_t in L. lra.
Qed.

(* ---- Gamma rises up to e^2/(4 PI) and falls afterwards ---- *)

Definition Gamma_slope (u : R) : R := (2 - ln (4 * PI * u)) / (2 * u * sqrt (2 * u)).

Lemma Gamma_d (u : R) : 0 < u -> is_derive Gamma_of_entropy u (Gamma_slope u).
Proof.
  intro U. assert (HP := PI_RGT_0).
  assert (S : 0 < sqrt (2 * u)) by (apply sqrt_lt_R0; lra).
  unfold Gamma_of_entropy. auto_derive.
  - repeat split; try lra. nra.
  - unfold Gamma_slope. set (s := sqrt (2 * u)) in *.
    assert (E : s * s = 2 * u) by (apply sqrt_sqrt; lra).
    assert (E' : u = s * s / 2) by lra.
    generalize (ln (4 * PI * u)); intro l. rewrite E'. field. repeat split; lra.
Qed.

Lemma Gamma_MVT (u v : R) : 0 < u <= v ->
  exists c, u <= c <= v /\
    Gamma_of_entropy v - Gamma_of_entropy u = Gamma_slope c * (v - u).
Proof.
  intro H. destruct (MVT_gen Gamma_of_entropy u v Gamma_slope) as [c [Hc E]].
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply Gamma_d; lra.
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra.
    apply derivable_continuous_pt. exists (Gamma_slope z).
    apply is_derive_Reals, Gamma_d; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra. now exists c.
Qed.

Lemma ln_le_2 (u : R) : 0 < u -> u <= exp 2 / (4 * PI) -> ln (4 * PI * u) <= 2.
Proof.
  intros U H. assert (HP := PI_RGT_0). rewrite <- (ln_exp 2).
  apply ln_le; [nra|]. apply Rmult_le_compat_l with (r := 4 * PI) in H; [|lra].
  field_simplify in H; lra.
Qed.

Lemma ln_ge_2 (u : R) : exp 2 / (4 * PI) <= u -> 2 <= ln (4 * PI * u).
Proof.
  intro H. assert (HP := PI_RGT_0). rewrite <- (ln_exp 2) at 1.
  apply ln_le; [apply exp_pos|]. apply Rmult_le_compat_l with (r := 4 * PI) in H; [|lra].
  field_simplify in H; lra.
Qed.

Lemma Gamma_slope_denominator_pos (u : R) : 0 < u -> 0 < 2 * u * sqrt (2 * u).
Proof. intro U. apply Rmult_lt_0_compat; [lra|]. apply sqrt_lt_R0; lra. Qed.

Lemma Gamma_rises (u v : R) : 0 < u <= v -> v <= exp 2 / (4 * PI) ->
  Gamma_of_entropy u <= Gamma_of_entropy v.
Proof.
  intros H V. destruct (Gamma_MVT u v H) as [c [Hc E]].
  assert (0 <= Gamma_slope c); [|nra].
  apply Rle_mult_inv_pos; [|apply Gamma_slope_denominator_pos; lra].
  assert (L := ln_le_2 c ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma peak_pos : 0 < exp 2 / (4 * PI).
Proof. assert (HP := PI_RGT_0). apply Rdiv_lt_0_compat; [apply exp_pos|lra]. Qed.

Lemma Gamma_falls (u v : R) : exp 2 / (4 * PI) <= u <= v ->
  Gamma_of_entropy v <= Gamma_of_entropy u.
Proof.
  intro H. assert (HP := peak_pos).
  destruct (Gamma_MVT u v ltac:(lra)) as [c [Hc E]].
  assert (0 <= - Gamma_slope c); [|nra].
  unfold Gamma_slope. replace (- _) with
    ((ln (4 * PI * c) - 2) / (2 * c * sqrt (2 * c))) by (unfold Rdiv; ring).
  apply Rle_mult_inv_pos; [|apply Gamma_slope_denominator_pos; lra].
  assert (L := ln_ge_2 c ltac:(lra)). lra.
Qed.

(* ---- Before the maximum: one evaluation at the left end ---- *)

(* Q at a negative point, as one integral of an elementary function from 0. *)
Lemma Q_opp (a : R) : Q (- a) = 1 / 2 + RInt (fun x => exp (- (x * x) / 2) / sqrt (2 * PI)) 0 a.
Proof. assert (E := Phi_opp (- a)). rewrite Ropp_involutive in E. rewrite <- E. reflexivity. Qed.

Lemma Q_leftmost : 844462 / 1000000 <= Q leftmost <= 844463 / 1000000.
Proof. unfold leftmost. rewrite Q_opp. split; integral with (i_prec 50, i_fuel 200). Qed.

Lemma at_leftmost :
  lam leftmost - leftmost <= Gamma_of_entropy (- ln (Q leftmost)).
Proof.
  assert (H := Q_leftmost).
  unfold lam, Gamma_of_entropy. set (q := Q leftmost) in *.
  assert (0 <= ln (4 * PI * - ln q) / sqrt (2 * - ln q) - (phi leftmost / q - leftmost));
    [|lra].
  unfold phi, leftmost. interval with (i_prec 60).
Qed.

Lemma rewrite_before_peak (t : R) : leftmost <= t -> - ln (Q t) <= exp 2 / (4 * PI) ->
  lam t - t <= Gamma_of_entropy (- ln (Q t)).
Proof.
  intros T U. assert (HQ := Q_pos t).
  apply Rle_trans with (1 := excess_decr _ _ T).
  apply Rle_trans with (1 := at_leftmost).
  apply Gamma_rises; [|exact U].
  split; [apply minus_ln_Q_pos|].
  apply Ropp_le_contravar, ln_le; [exact HQ|].
  destruct (Req_dec leftmost t) as [->|N]; [lra|].
  left. apply Q_decr; lra.
Qed.

(* ---- After the maximum: Birnbaum's bound and an elementary inequality ---- *)

(* Birnbaum's bound on lam(t), and the upper bound on u = -ln Q(t) that follows from it. *)
Definition birnbaum (t : R) : R := (t + sqrt (t * t + 4)) / 2.
Definition entropy_above (t : R) : R := t * t / 2 + ln (sqrt (2 * PI)) + ln (birnbaum t).

Lemma birnbaum_pos (t : R) : 0 < birnbaum t.
Proof. apply Rlt_trans with (lam t); [apply lam_pos|apply lam_upper]. Qed.

Lemma ln_phi (t : R) : ln (phi t) = - (t * t / 2) - ln (sqrt (2 * PI)).
Proof.
  assert (HP := PI_RGT_0). assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; lra).
  unfold phi, Rdiv at 1.
  rewrite ln_mult; [|apply exp_pos|now apply Rinv_0_lt_compat].
  rewrite ln_exp, ln_Rinv by exact S. lra.
Qed.

Lemma minus_ln_Q_le (t : R) : - ln (Q t) <= entropy_above t.
Proof.
  assert (HQ := Q_pos t). assert (Hphi := phi_pos t).
  assert (L : ln (lam t) <= ln (birnbaum t))
    by (apply ln_le; [apply lam_pos|left; apply lam_upper]).
  unfold lam, Rdiv in L. rewrite ln_mult, ln_Rinv, ln_phi in L; trivial.
  - unfold entropy_above. lra.
  - now apply Rinv_0_lt_compat.
Qed.

Lemma elementary_near (t : R) : - (11 / 10) <= t <= 4 ->
  birnbaum t - t <= Gamma_of_entropy (entropy_above t).
Proof.
  intro T.
  assert (0 <= Gamma_of_entropy (entropy_above t) - (sqrt (t * t + 4) - t) / 2).
  { unfold Gamma_of_entropy, entropy_above, birnbaum.
    interval with (i_bisect t, i_prec 40). }
  unfold birnbaum at 1. lra.
Qed.

Lemma birnbaum_far (t : R) : 4 <= t -> birnbaum t - t <= 1 / t.
Proof.
  intro T. assert (0 < 1 / t) by (apply Rdiv_lt_0_compat; lra).
  assert (E : t * (1 / t) = 1) by (field; lra).
  assert (sqrt (t * t + 4) <= t + 2 * (1 / t)); [|unfold birnbaum; lra].
  rewrite <- (sqrt_Rsqr (t + 2 * (1 / t))) by lra.
  apply sqrt_le_1_alt. unfold Rsqr. nra.
Qed.

Lemma entropy_above_far (t : R) : 4 <= t -> entropy_above t <= t * t.
Proof.
  intro T. assert (HP := PI_RGT_0).
  assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; lra).
  assert (S3 : sqrt (2 * PI) <= 3) by interval.
  assert (B := birnbaum_far t T). assert (B0 := birnbaum_pos t).
  assert (I : 1 / t <= 1) by (apply Rmult_le_reg_r with t; [|field_simplify]; lra).
  assert (X := exp_ineq1 (t * t / 4) ltac:(nra)).
  assert (D : exp (t * t / 2) = exp (t * t / 4) * exp (t * t / 4))
    by (rewrite <- exp_plus; f_equal; field).
  assert (sqrt (2 * PI) * birnbaum t <= exp (t * t / 2)).
  { apply Rle_trans with (3 * (t + 1)).
    - apply Rmult_le_compat; lra.
    - rewrite D. generalize dependent (exp (t * t / 4)). intros E X _.
      assert ((1 + t * t / 4) * (1 + t * t / 4) <= E * E) by (apply Rmult_le_compat; nra).
      nra. }
  assert (L : ln (sqrt (2 * PI) * birnbaum t) <= t * t / 2).
  { rewrite <- (ln_exp (t * t / 2)). apply ln_le; [|assumption].
    now apply Rmult_lt_0_compat. }
  rewrite ln_mult in L; trivial. unfold entropy_above. lra.
Qed.

Lemma elementary_far (t : R) : 4 <= t -> 1 / t <= Gamma_of_entropy (t * t).
Proof.
  intro T. unfold Gamma_of_entropy.
  rewrite sqrt_mult_alt, sqrt_square by lra.
  assert (S : 0 < sqrt 2 <= 2) by (split; interval).
  assert (2 <= ln (4 * PI * (t * t))).
  { apply ln_ge_2. apply Rle_trans with (1 := ltac:(interval) : exp 2 / (4 * PI) <= 1). nra. }
  apply Rle_trans with (2 / (sqrt 2 * t)).
  - apply Rmult_le_reg_r with (sqrt 2 * t); [apply Rmult_lt_0_compat; lra|].
    field_simplify; lra.
  - apply Rmult_le_compat_r; [|assumption].
    left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra.
Qed.

Lemma rewrite_after_peak (t : R) : leftmost <= t -> exp 2 / (4 * PI) <= - ln (Q t) ->
  lam t - t <= Gamma_of_entropy (- ln (Q t)).
Proof.
  intros T U. assert (B := lam_upper t). fold (birnbaum t) in B.
  assert (A := minus_ln_Q_le t).
  destruct (Rle_dec t 4) as [N|F].
  - apply Rle_trans with (Gamma_of_entropy (entropy_above t)).
    + assert (E := elementary_near t ltac:(unfold leftmost in T; lra)). lra.
    + now apply Gamma_falls.
  - assert (E := elementary_far t ltac:(lra)). assert (C := birnbaum_far t ltac:(lra)).
    apply Rle_trans with (Gamma_of_entropy (t * t)); [lra|].
    apply Gamma_falls. assert (D := entropy_above_far t ltac:(lra)). lra.
Qed.

(* ---- The two theorems ---- *)

Lemma rewrite_in_t (t : R) : leftmost <= t -> integrated_tail (Q t) <= Q t * gamma (Q t).
Proof.
  intro T. assert (HQ := Q_pos t). rewrite integrated_tail_Q, gamma_Q.
  apply Rmult_le_compat_l; [lra|].
  destruct (Rle_dec (- ln (Q t)) (exp 2 / (4 * PI))) as [B|B].
  - now apply rewrite_before_peak.
  - apply rewrite_after_peak; lra.
Qed.

Theorem rewrite_wide (p : R) : 0 < p <= 84446 / 100000 ->
  p * Phi_inv p + phi (Phi_inv p) <= p * gamma p.
Proof.
  intro Hp. assert (E := Q_of_Phi_inv p ltac:(lra)).
  fold (integrated_tail p). rewrite <- E. apply rewrite_in_t.
  apply Q_le_inv. rewrite E. assert (L := proj1 Q_leftmost). lra.
Qed.

Theorem rewrite_fifth (p : R) : 0 < p <= 1 / 5 ->
  p * Phi_inv p + phi (Phi_inv p) <= p * gamma p.
Proof. intro Hp. apply rewrite_wide. lra. Qed.
