(* The standard normal law, from its density.

   phi is the density, Q the survival function, Phi the distribution function, all defined by the
   integral of phi from 0. Proved here: the Gaussian integral (so that Q and Phi are what they are
   called: they run between 0 and 1), the hazard rate lam = phi / Q with lam' = lam (lam - t),
   the Mills-ratio bounds t < lam t < (t + sqrt (t^2 + 4)) / 2 for every real t (Birnbaum 1942), and
   the quantile function. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
Open Scope R_scope.

Definition phi0 (x : R) : R := exp (- (x * x) / 2).
Definition phi (x : R) : R := exp (- (x * x) / 2) / sqrt (2 * PI).
Definition Q (t : R) : R := 1 / 2 - RInt phi 0 t.
Definition Phi (t : R) : R := 1 / 2 + RInt phi 0 t.

(* ---- Tools: a function is monotone where its derivative has a sign ---- *)

Lemma mean_value (f f1 : R -> R) (a b : R) : a <= b ->
  (forall x, a <= x <= b -> is_derive f x (f1 x)) ->
  exists c, a <= c <= b /\ f b - f a = f1 c * (b - a).
Proof.
  intros L D. destruct (MVT_gen f a b f1) as [c [Hc E]].
  - intros z Hz. rewrite Rmin_left in Hz; [|lra]. rewrite Rmax_right in Hz; [|lra]. apply D; lra.
  - intros z Hz. rewrite Rmin_left in Hz; [|lra]. rewrite Rmax_right in Hz; [|lra].
    apply derivable_continuous_pt. exists (f1 z). apply is_derive_Reals, D; lra.
  - rewrite Rmin_left in Hc; [|lra]. rewrite Rmax_right in Hc; [|lra]. now exists c.
Qed.

Lemma decreasing_of_derivative (f f1 : R -> R) (a b : R) : a < b ->
  (forall x, a <= x <= b -> is_derive f x (f1 x)) ->
  (forall x, a <= x <= b -> f1 x < 0) -> f b < f a.
Proof.
  intros L D N. destruct (mean_value f f1 a b) as [c [Hc E]]; [lra|exact D|].
  specialize (N c Hc). nra.
Qed.

Lemma increasing_of_derivative (f f1 : R -> R) (a b : R) : a < b ->
  (forall x, a <= x <= b -> is_derive f x (f1 x)) ->
  (forall x, a <= x <= b -> 0 < f1 x) -> f a < f b.
Proof.
  intros L D N. destruct (mean_value f f1 a b) as [c [Hc E]]; [lra|exact D|].
  specialize (N c Hc). nra.
Qed.

(* A strictly decreasing function that is at least -e eventually, for every e > 0, is positive. *)
Lemma positive_of_decreasing (f : R -> R) :
  (forall s t, s < t -> f t < f s) ->
  (forall e, 0 < e -> exists M, forall x, M < x -> - e < f x) -> forall t, 0 < f t.
Proof.
  intros D L t. destruct (Rlt_dec 0 (f t)) as [|N]; [assumption|exfalso].
  assert (A := D t (t + 1) ltac:(lra)).
  destruct (L (- f (t + 1)) ltac:(lra)) as [M HM].
  set (x := Rmax M (t + 1) + 1). assert (B := Rmax_l M (t + 1)). assert (C := Rmax_r M (t + 1)).
  assert (F := HM x ltac:(unfold x; lra)). assert (G := D (t + 1) x ltac:(unfold x; lra)). lra.
Qed.

(* ---- The density ---- *)

Lemma sqrt_2PI_pos : 0 < sqrt (2 * PI).
Proof. apply sqrt_lt_R0. assert (H := PI_RGT_0). lra. Qed.

Lemma phi0_pos (x : R) : 0 < phi0 x.
Proof. apply exp_pos. Qed.

Lemma phi_pos (x : R) : 0 < phi x.
Proof. apply Rdiv_lt_0_compat; [apply exp_pos|apply sqrt_2PI_pos]. Qed.

Lemma phi_phi0 (x : R) : phi x = / sqrt (2 * PI) * phi0 x.
Proof. unfold phi, phi0, Rdiv. ring. Qed.

Lemma phi0_d (x : R) : is_derive phi0 x (- x * phi0 x).
Proof. unfold phi0. auto_derive; [exact I|]. unfold Rdiv. field. Qed.

Lemma phi_d (x : R) : is_derive phi x (- x * phi x).
Proof.
  assert (H := sqrt_2PI_pos). unfold phi. auto_derive; [lra|]. unfold Rdiv. field. lra.
Qed.

Lemma phi_sym (x : R) : phi (- x) = phi x.
Proof. unfold phi. f_equal. f_equal. field. Qed.

Lemma phi0_continuous (x : R) : continuous phi0 x.
Proof. apply (ex_derive_continuous (V := R_NormedModule)). eexists; apply phi0_d. Qed.

Lemma phi_continuous (x : R) : continuous phi x.
Proof. apply (ex_derive_continuous (V := R_NormedModule)). eexists; apply phi_d. Qed.

Lemma phi_integrable (a b : R) : ex_RInt phi a b.
Proof.
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply phi_continuous.
Qed.

Lemma phi0_integrable (a b : R) : ex_RInt phi0 a b.
Proof.
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply phi0_continuous.
Qed.

Lemma integral_d (f : R -> R) (t : R) : (forall x, continuous f x) ->
  is_derive (fun t => RInt f 0 t) t (f t).
Proof.
  intro C. apply is_derive_RInt with (a := 0); [|apply C].
  apply filter_forall; intro y. apply RInt_correct, ex_RInt_continuous. intros; apply C.
Qed.

Lemma Q_d (t : R) : is_derive Q t (- phi t).
Proof.
  unfold Q. assert (H := integral_d phi t phi_continuous).
  evar_last. { apply: is_derive_minus; [apply is_derive_const|exact H]. }
  unfold minus, plus, opp, zero; simpl. ring.
Qed.

Lemma Phi_d (t : R) : is_derive Phi t (phi t).
Proof.
  unfold Phi. assert (H := integral_d phi t phi_continuous).
  evar_last. { apply: is_derive_plus; [apply is_derive_const|exact H]. }
  unfold plus, zero; simpl. ring.
Qed.

Lemma Q_0 : Q 0 = 1 / 2.
Proof. unfold Q. rewrite RInt_point. unfold zero; simpl; lra. Qed.

Lemma Phi_Q (t : R) : Phi t = 1 - Q t.
Proof. unfold Phi, Q. lra. Qed.

Lemma Phi_opp (t : R) : Phi (- t) = Q t.
Proof.
  unfold Phi, Q. assert (E : RInt phi 0 (- t) = - RInt phi 0 t); [|lra].
  replace (- t) with (-1 * t + 0) by ring. replace 0 with (-1 * 0 + 0) at 1 by ring.
  rewrite -RInt_comp_lin; [|apply phi_integrable].
  change (- RInt phi 0 t) with (opp (RInt phi 0 t)).
  rewrite -(RInt_opp phi); [|apply phi_integrable].
  apply RInt_ext. intros x _. unfold scal, opp; simpl; unfold mult; simpl.
  replace (-1 * x + 0) with (- x) by ring. rewrite phi_sym. ring.
Qed.

Lemma Q_decr (s t : R) : s < t -> Q t < Q s.
Proof.
  intro L. apply (decreasing_of_derivative Q (fun x => - phi x)); [exact L| |].
  - intros; apply Q_d.
  - intros x _. assert (H := phi_pos x). lra.
Qed.

Lemma Phi_incr (s t : R) : s < t -> Phi s < Phi t.
Proof. intro L. rewrite !Phi_Q. assert (H := Q_decr s t L). lra. Qed.

(* ---- The density is small far out ---- *)

Lemma phi0_small (x : R) : 0 < x -> phi0 x <= 2 / (x * x).
Proof.
  intro Hx. unfold phi0. replace (- (x * x) / 2) with (- (x * x / 2)) by field. rewrite exp_Ropp.
  assert (0 < x * x / 2) by nra. assert (E := exp_ineq1 (x * x / 2) ltac:(lra)).
  replace (2 / (x * x)) with (/ (x * x / 2)) by (field; lra). apply Rinv_le_contravar; lra.
Qed.

Lemma phi_le_phi0 (x : R) : phi x <= phi0 x.
Proof.
  rewrite phi_phi0. assert (P := phi0_pos x).
  assert (S : 1 <= sqrt (2 * PI)).
  { rewrite -sqrt_1. apply sqrt_le_1_alt. assert (H := PI2_3_2). unfold PI2 in H. lra. }
  assert (/ sqrt (2 * PI) <= 1).
  { rewrite -Rinv_1. apply Rinv_le_contravar; lra. }
  nra.
Qed.

Lemma phi0_eventually (e : R) : 0 < e -> exists M, 1 <= M /\ forall x, M < x -> phi0 x < e.
Proof.
  intro He. exists (1 + 2 / e). assert (0 < 2 / e) by (apply Rdiv_lt_0_compat; lra). split; [lra|].
  intros x Hx. apply Rle_lt_trans with (1 := phi0_small x ltac:(lra)).
  apply Rlt_trans with (2 / x).
  - unfold Rdiv. apply Rmult_lt_compat_l; [lra|]. apply Rinv_lt_contravar; nra.
  - apply Rmult_lt_reg_r with x; [lra|]. replace (2 / x * x) with 2 by (field; lra).
    replace 2 with (e * (2 / e)) at 1 by (field; lra). apply Rmult_lt_compat_l; lra.
Qed.

(* ---- The Gaussian integral: (int_0^t phi0)^2 + 2 int_0^1 exp(-t^2 (1+x^2)/2)/(1+x^2) dx = PI/2 ---- *)

Definition half_integral (t : R) : R := RInt phi0 0 t.
Definition kernel (t x : R) : R := exp (- (t * t * (1 + x * x)) / 2) / (1 + x * x).
Definition companion (t : R) : R := RInt (fun x => kernel t x) 0 1.

Lemma kernel_d (t x : R) :
  is_derive (fun t => kernel t x) t (- t * exp (- (t * t * (1 + x * x)) / 2)).
Proof. unfold kernel. auto_derive; [nra|]. unfold Rdiv. field. nra. Qed.

Lemma kernel_continuous (t x : R) : continuous (kernel t) x.
Proof.
  apply (ex_derive_continuous (V := R_NormedModule)). unfold kernel. auto_derive. nra.
Qed.

Lemma kernel_integrable (t a b : R) : ex_RInt (kernel t) a b.
Proof.
  apply (ex_RInt_continuous (V := R_CompleteNormedModule)). intros; apply kernel_continuous.
Qed.

Lemma companion_d (t : R) :
  is_derive companion t (RInt (fun x => - t * exp (- (t * t * (1 + x * x)) / 2)) 0 1).
Proof.
  unfold companion. evar_last.
  - apply (is_derive_RInt_param kernel 0 1 t).
    + apply filter_forall. intros y x _. eexists; apply kernel_d.
    + intros x _. apply continuity_2d_pt_ext with (fun u v => - u * exp (- (u * u * (1 + v * v)) / 2)).
      { intros u v. symmetry. apply is_derive_unique, kernel_d. }
      apply continuity_2d_pt_mult.
      * apply continuity_2d_pt_opp, continuity_2d_pt_id1.
      * apply (continuity_1d_2d_pt_comp exp (fun u v => - (u * u * (1 + v * v)) / 2)).
        { apply derivable_continuous_pt, derivable_pt_exp. }
        apply continuity_2d_pt_mult; [|apply continuity_2d_pt_const].
        apply continuity_2d_pt_opp. apply continuity_2d_pt_mult.
        { apply continuity_2d_pt_mult; apply continuity_2d_pt_id1. }
        apply continuity_2d_pt_plus; [apply continuity_2d_pt_const|].
        apply continuity_2d_pt_mult; apply continuity_2d_pt_id2.
    + apply filter_forall. intro y. apply kernel_integrable.
  - apply RInt_ext. intros x _. apply is_derive_unique, kernel_d.
Qed.

Lemma companion_slope (t : R) :
  RInt (fun x => - t * exp (- (t * t * (1 + x * x)) / 2)) 0 1 = - (phi0 t * half_integral t).
Proof.
  assert (E : RInt (fun x => scal t (phi0 (t * x + 0))) 0 1 = half_integral t).
  { unfold half_integral. rewrite (RInt_comp_lin phi0 t 0 0 1); [|apply phi0_integrable].
    f_equal; ring. }
  rewrite -E.
  assert (I : ex_RInt (fun x => scal t (phi0 (t * x + 0))) 0 1).
  { apply (ex_RInt_comp_lin phi0 t 0 0 1). apply phi0_integrable. }
  replace (- (phi0 t * RInt (fun x => scal t (phi0 (t * x + 0))) 0 1))
    with (scal (- phi0 t) (RInt (fun x => scal t (phi0 (t * x + 0))) 0 1))
    by (unfold scal; simpl; unfold mult; simpl; ring).
  rewrite -RInt_scal; [|exact I].
  apply RInt_ext. intros x _. unfold scal; simpl; unfold mult; simpl. unfold phi0.
  replace (- (t * t * (1 + x * x)) / 2) with (- (t * t) / 2 + - ((t * x + 0) * (t * x + 0)) / 2)
    by field.
  rewrite exp_plus. ring.
Qed.

Lemma half_integral_d (t : R) : is_derive half_integral t (phi0 t).
Proof. apply integral_d, phi0_continuous. Qed.

Lemma constant_sum (t : R) : half_integral t ^ 2 + 2 * companion t = PI / 2.
Proof.
  assert (D : forall x, is_derive (fun x => half_integral x ^ 2 + 2 * companion x) x 0).
  { intro x. evar_last.
    - apply: is_derive_plus.
      + apply (is_derive_pow half_integral 2). apply half_integral_d.
      + apply: is_derive_scal. apply companion_d.
    - rewrite companion_slope. unfold plus, scal; simpl. unfold mult; simpl. ring. }
  assert (Z : half_integral 0 ^ 2 + 2 * companion 0 = PI / 2).
  { unfold half_integral. rewrite RInt_point. unfold companion.
    assert (E : is_RInt (fun x => / (1 + x ^ 2)) 0 1 (atan 1 - atan 0)).
    { apply: (is_RInt_derive atan (fun x => / (1 + x ^ 2))).
      - intros x _. apply is_derive_Reals, derivable_pt_lim_atan.
      - intros x _. apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. nra. }
    replace (RInt (fun x => kernel 0 x) 0 1) with (atan 1 - atan 0).
    - rewrite atan_1 atan_0. unfold zero; simpl. lra.
    - symmetry. apply is_RInt_unique. 
      apply (is_RInt_ext (fun x => / (1 + x ^ 2))); [|exact E]. intros x _. unfold kernel.
      replace (- (0 * 0 * (1 + x * x)) / 2) with 0 by field.
      rewrite exp_0. change (/ (1 + x ^ 2) = 1 / (1 + x * x)). field. nra. }
  rewrite -Z. destruct (Rle_dec 0 t) as [L|L].
  - destruct (mean_value _ _ 0 t L (fun x _ => D x)) as [c [_ E]]. lra.
  - destruct (mean_value _ _ t 0 ltac:(lra) (fun x _ => D x)) as [c [_ E]]. lra.
Qed.

Lemma companion_bounds (t : R) : 0 < companion t <= phi0 t.
Proof.
  split.
  - apply RInt_gt_0; [lra| |].
    + intros x _. apply Rdiv_lt_0_compat; [apply exp_pos|nra].
    + intros x _. apply kernel_continuous.
  - replace (phi0 t) with (RInt (fun _ => phi0 t) 0 1).
    + apply RInt_le; [lra|apply kernel_integrable|apply ex_RInt_const|].
      intros x Hx. unfold kernel, phi0.
      assert (exp (- (t * t * (1 + x * x)) / 2) <= exp (- (t * t) / 2)).
      { assert (0 <= (t * t) * (x * x)) by nra.
        destruct (Req_dec (t * t * (x * x)) 0) as [Z|Z].
        - right. f_equal. lra.
        - left. apply exp_increasing. lra. }
      assert (P := exp_pos (- (t * t) / 2)). assert (0 <= x * x) by nra.
      apply Rmult_le_reg_r with (1 + x * x); [lra|].
      replace (exp (- (t * t * (1 + x * x)) / 2) / (1 + x * x) * (1 + x * x))
        with (exp (- (t * t * (1 + x * x)) / 2)) by (field; lra).
      nra.
    + rewrite RInt_const. unfold scal; simpl; unfold mult; simpl. ring.
Qed.

Lemma RInt_phi (t : R) : RInt phi 0 t = / sqrt (2 * PI) * half_integral t.
Proof.
  unfold half_integral.
  replace (/ sqrt (2 * PI) * RInt phi0 0 t) with (scal (/ sqrt (2 * PI)) (RInt phi0 0 t))
    by (unfold scal; simpl; unfold mult; simpl; ring).
  rewrite -RInt_scal; [|apply phi0_integrable].
  apply RInt_ext. intros x _. rewrite phi_phi0. reflexivity.
Qed.

(* (1/2 - Q)^2 = 1/4 - companion / PI. *)
Lemma Q_square (t : R) : (1 / 2 - Q t) ^ 2 = 1 / 4 - companion t / PI.
Proof.
  assert (HP := PI_RGT_0). assert (HS := sqrt_2PI_pos). unfold Q.
  rewrite RInt_phi. assert (C := constant_sum t).
  replace ((1 / 2 - (1 / 2 - / sqrt (2 * PI) * half_integral t)) ^ 2)
    with (half_integral t ^ 2 / (sqrt (2 * PI) * sqrt (2 * PI))) by (field; lra).
  rewrite sqrt_sqrt; [|lra].
  replace (half_integral t ^ 2) with (PI / 2 - 2 * companion t) by lra. field. lra.
Qed.

Lemma Q_pos (t : R) : 0 < Q t.
Proof.
  assert (HP := PI_RGT_0). assert (S := Q_square t). destruct (companion_bounds t) as [C _].
  assert (0 < companion t / PI) by (apply Rdiv_lt_0_compat; lra).
  destruct (Rlt_dec 0 (Q t)) as [|N]; [assumption|]. nra.
Qed.

Lemma Q_lt_1 (t : R) : Q t < 1.
Proof. assert (H := Q_pos (- t)). rewrite -Phi_opp Ropp_involutive Phi_Q in H. lra. Qed.

Lemma Phi_pos (t : R) : 0 < Phi t.
Proof. rewrite Phi_Q. assert (H := Q_lt_1 t). lra. Qed.

Lemma Phi_lt_1 (t : R) : Phi t < 1.
Proof. rewrite Phi_Q. assert (H := Q_pos t). lra. Qed.

(* Q <= 2 phi0 / PI on the right, so the total mass of phi is 1. *)
Lemma Q_small (t : R) : 0 <= t -> Q t <= phi0 t.
Proof.
  intro L. assert (HP := PI_RGT_0). assert (S := Q_square t).
  destruct (companion_bounds t) as [C0 C]. assert (HQ := Q_pos t).
  assert (Q t <= 1 / 2).
  { rewrite -Q_0. destruct L as [L|<-]; [|lra]. left; now apply Q_decr. }
  assert (B : 2 <= PI) by (assert (H3 := PI2_3_2); unfold PI2 in H3; lra).
  assert (companion t / PI <= phi0 t / 2).
  { apply Rmult_le_reg_r with PI; [lra|]. replace (companion t / PI * PI) with (companion t)
      by (field; lra). assert (P := phi0_pos t). nra. }
  nra.
Qed.

Lemma Q_eventually (e : R) : 0 < e -> exists M, 1 <= M /\ forall x, M < x -> Q x < e.
Proof.
  intro He. destruct (phi0_eventually e He) as [M [M1 HM]]. exists M. split; [exact M1|].
  intros x Hx. apply Rle_lt_trans with (phi0 x); [apply Q_small; lra|now apply HM].
Qed.

Lemma Q_lim : is_lim Q p_infty 0.
Proof.
  apply is_lim_spec. intro e. destruct (Q_eventually e (cond_pos e)) as [M [_ HM]].
  exists M. intros x Hx. rewrite Rminus_0_r Rabs_pos_eq; [now apply HM|left; apply Q_pos].
Qed.

Lemma Phi_lim_p : is_lim Phi p_infty 1.
Proof.
  apply is_lim_spec. intro e. destruct (Q_eventually e (cond_pos e)) as [M [_ HM]].
  exists M. intros x Hx. rewrite Phi_Q. replace (1 - Q x - 1) with (- Q x) by ring.
  rewrite Rabs_Ropp Rabs_pos_eq; [now apply HM|left; apply Q_pos].
Qed.

Lemma Phi_lim : is_lim Phi m_infty 0.
Proof.
  apply is_lim_spec. intro e. destruct (Q_eventually e (cond_pos e)) as [M [_ HM]].
  exists (- M). intros x Hx. rewrite Rminus_0_r -(Ropp_involutive x) Phi_opp Rabs_pos_eq;
    [apply HM; lra|left; apply Q_pos].
Qed.

(* The density integrates to 1. *)
Theorem gaussian_integral :
  is_RInt_gen phi (Rbar_locally m_infty) (Rbar_locally p_infty) 1.
Proof.
  assert (D : forall a b, is_RInt phi a b (Phi b - Phi a)).
  { intros a b. apply: (is_RInt_derive Phi phi).
    - intros x _. apply Phi_d.
    - intros x _. apply phi_continuous. }
  intros P [e HP]. 
  destruct (Q_eventually (e / 2)) as [M [M1 HM]]; [destruct e; simpl; lra|].
  apply Filter_prod with (fun a => a < - M) (fun b => M < b).
  - now exists (- M).
  - now exists M.
  - intros a b Ha Hb. exists (Phi b - Phi a). split; [apply D|]. apply HP.
    assert (A := HM (- a) ltac:(lra)). assert (B := HM b Hb).
    rewrite -Phi_opp Ropp_involutive in A. assert (A0 := Phi_pos a). assert (B0 := Q_pos b).
    change (Rabs (Phi b - Phi a - 1) < e). rewrite (Phi_Q b).
    apply Rabs_def1; lra.
Qed.

(* ---- The hazard rate ---- *)

Definition lam (t : R) : R := phi t / Q t.

Lemma lam_pos (t : R) : 0 < lam t.
Proof. apply Rdiv_lt_0_compat; [apply phi_pos|apply Q_pos]. Qed.

Lemma lam_d (t : R) : is_derive lam t (lam t * (lam t - t)).
Proof.
  assert (H := Q_pos t). unfold lam. evar_last.
  - apply: is_derive_div; [apply phi_d|apply Q_d|lra].
  - unfold minus, plus, opp, scal; simpl; unfold mult; simpl. field. lra.
Qed.

(* t Q(t) < phi(t): phi - t Q has derivative -Q < 0 and tends to 0. *)
Lemma mills_upper (t : R) : 0 < phi t - t * Q t.
Proof.
  revert t. apply (positive_of_decreasing (fun t => phi t - t * Q t)).
  - intros s t L. apply (decreasing_of_derivative (fun t => phi t - t * Q t) (fun t => - Q t)); [lra| |].
    + intros x _. evar_last.
      * apply: is_derive_minus; [apply phi_d|]. apply: is_derive_mult; [apply is_derive_id|apply Q_d|].
        intros n m. unfold mult; simpl. ring.
      * unfold minus, plus, opp, one; simpl; unfold mult; simpl. ring.
    + intros x _. assert (H := Q_pos x). lra.
  - intros e He. assert (E2 : 0 < e / 2) by lra.
    exists (1 + 2 / e). intros x Hx. assert (0 < 2 / e) by (apply Rdiv_lt_0_compat; lra).
    assert (P := phi_pos x). assert (S := Q_small x ltac:(lra)). assert (B := phi0_small x ltac:(lra)).
    assert (x * Q x <= 2 / x).
    { replace (2 / x) with (x * (2 / (x * x))) by (field; lra). apply Rmult_le_compat_l; lra. }
    assert (2 / x < e).
    { apply Rmult_lt_reg_r with x; [lra|]. replace (2 / x * x) with 2 by (field; lra).
      replace 2 with (e * (2 / e)) at 1 by (field; lra). apply Rmult_lt_compat_l; lra. }
    lra.
Qed.

Lemma lam_gt (t : R) : t < lam t.
Proof.
  assert (H := mills_upper t). assert (HQ := Q_pos t). unfold lam.
  apply Rmult_lt_reg_r with (Q t); [exact HQ|]. replace (phi t / Q t * Q t) with (phi t) by (field; lra).
  lra.
Qed.

Lemma lam_incr (s t : R) : s < t -> lam s < lam t.
Proof.
  intro L. apply (increasing_of_derivative lam (fun x => lam x * (lam x - x))); [exact L| |].
  - intros x _. apply lam_d.
  - intros x _. assert (A := lam_pos x). assert (B := lam_gt x). nra.
Qed.

(* Birnbaum's bound: Q - phi (sqrt (t^2 + 4) - t) / 2 decreases to 0.
   With r = sqrt (t^2 + 4): derivative of (r - t) / 2 is (t / r - 1) / 2, so the difference has
   derivative phi (-1 - (t/r - 1)/2 + t (r - t)/2), negative since t (r - t) < 2 - (something). *)
Definition birnbaum_gap (t : R) : R := Q t - phi t * ((sqrt (t * t + 4) - t) / 2).

Lemma root_d (t : R) : is_derive (fun t => (sqrt (t * t + 4) - t) / 2) t ((t / sqrt (t * t + 4) - 1) / 2).
Proof.
  assert (H : 0 < sqrt (t * t + 4)) by (apply sqrt_lt_R0; nra).
  auto_derive; [nra|]. field. lra.
Qed.

Lemma birnbaum_gap_d (t : R) : is_derive birnbaum_gap t
  (phi t * (-1 + t * ((sqrt (t * t + 4) - t) / 2) - (t / sqrt (t * t + 4) - 1) / 2)).
Proof.
  unfold birnbaum_gap. evar_last.
  - apply: is_derive_minus; [apply Q_d|]. apply: is_derive_mult; [apply phi_d|apply root_d|].
    intros n m. unfold mult; simpl. ring.
  - unfold minus, plus, opp; simpl; unfold mult; simpl. ring.
Qed.

(* With r^2 = t^2 + 4 the bracket times 2 r is r (t r - t^2 - 1) - t = t (r^2 - 1) - r (t^2 + 1),
   negative because (t^2 + 3)^2 t^2 < (t^2 + 4) (t^2 + 1)^2: the difference is 4. *)
Lemma birnbaum_slope_neg (t : R) :
  -1 + t * ((sqrt (t * t + 4) - t) / 2) - (t / sqrt (t * t + 4) - 1) / 2 < 0.
Proof.
  set (r := sqrt (t * t + 4)).
  assert (E : r * r = t * t + 4) by (apply sqrt_sqrt; nra).
  assert (H : 0 < r) by (apply sqrt_lt_R0; nra).
  assert (K : t * (t * t + 3) < r * (t * t + 1)).
  { destruct (Rlt_dec t 0) as [N|N].
    - assert (0 < r * (t * t + 1)) by (apply Rmult_lt_0_compat; nra).
      assert (0 < - t * (t * t + 3)) by (apply Rmult_lt_0_compat; nra). nra.
    - apply Rsqr_incrst_0.
      + unfold Rsqr. replace (r * (t * t + 1) * (r * (t * t + 1)))
          with ((r * r) * ((t * t + 1) * (t * t + 1))) by ring. rewrite E. nra.
      + assert (0 <= t) by lra. apply Rmult_le_pos; nra.
      + apply Rmult_le_pos; nra. }
  replace (-1 + t * ((r - t) / 2) - (t / r - 1) / 2)
    with ((t * (r * r) - r * (t * t) - r - t) / (2 * r)) by (field; lra).
  rewrite E.
  replace (t * (t * t + 4) - r * (t * t) - r - t) with (- (r * (t * t + 1) - t * (t * t + 3))) by ring.
  assert (0 < (r * (t * t + 1) - t * (t * t + 3)) / (2 * r)) by (apply Rdiv_lt_0_compat; lra).
  unfold Rdiv in *. lra.
Qed.

Lemma birnbaum_gap_pos (t : R) : 0 < birnbaum_gap t.
Proof.
  revert t. apply positive_of_decreasing.
  - intros s t L. apply (decreasing_of_derivative birnbaum_gap _ s t L (fun x _ => birnbaum_gap_d x)).
    intros x _. assert (A := phi_pos x). assert (B := birnbaum_slope_neg x). nra.
  - intros e He. destruct (phi0_eventually e He) as [M [M1 HM]]. exists M. intros x Hx.
    specialize (HM x Hx). assert (P := phi_le_phi0 x). assert (A := phi_pos x). assert (B := Q_pos x).
    unfold birnbaum_gap.
    assert (S : 0 <= (sqrt (x * x + 4) - x) / 2 <= 1).
    { assert (x <= sqrt (x * x + 4)).
      { rewrite -{1}(sqrt_square x); [|lra]. apply sqrt_le_1_alt. lra. }
      assert (sqrt (x * x + 4) <= x + 2).
      { rewrite -(sqrt_square (x + 2)); [|lra]. apply sqrt_le_1_alt. nra. }
      lra. }
    nra.
Qed.

Lemma lam_upper (t : R) : lam t < (t + sqrt (t * t + 4)) / 2.
Proof.
  assert (H := birnbaum_gap_pos t). unfold birnbaum_gap in H.
  assert (HQ := Q_pos t). assert (P := phi_pos t).
  set (r := sqrt (t * t + 4)) in *.
  assert (E : r * r = t * t + 4) by (apply sqrt_sqrt; nra).
  assert (R0 : 0 < r) by (apply sqrt_lt_R0; nra).
  assert (0 < (t + r) / 2).
  { assert (- t < r); [|lra]. destruct (Rlt_dec t 0) as [N|N]; [|lra].
    apply Rsqr_incrst_0; [unfold Rsqr; lra|lra|lra]. }
  unfold lam. apply Rmult_lt_reg_r with (Q t); [exact HQ|].
  replace (phi t / Q t * Q t) with (phi t) by (field; lra).
  replace (phi t) with ((t + r) / 2 * (phi t * ((r - t) / 2))) at 1.
  - apply Rmult_lt_compat_l; lra.
  - replace ((t + r) / 2 * (phi t * ((r - t) / 2))) with (phi t * ((r * r - t * t) / 4)) by field.
    rewrite E. field.
Qed.

(* ---- The two functions of t in which the bounds are written ---- *)

Definition g_of_t (t : R) : R := lam t - t.
Definition u_of_t (t : R) : R := - ln (Q t).

Lemma g_of_t_pos (t : R) : 0 < g_of_t t.
Proof. unfold g_of_t. assert (H := lam_gt t). lra. Qed.

Lemma g_of_t_d (t : R) : is_derive g_of_t t (lam t * (lam t - t) - 1).
Proof.
  unfold g_of_t. evar_last.
  - apply: is_derive_minus; [apply lam_d|apply is_derive_id].
  - reflexivity.
Qed.

(* The variance of the truncated normal law is positive: lam (lam - t) < 1. *)
Lemma lam_excess_lt_1 (t : R) : lam t * (lam t - t) < 1.
Proof.
  assert (U := lam_upper t). assert (L := lam_gt t). assert (P := lam_pos t).
  set (r := sqrt (t * t + 4)) in *.
  assert (E : r * r = t * t + 4) by (apply sqrt_sqrt; nra).
  assert (R0 : 0 < r) by (apply sqrt_lt_R0; nra).
  assert (lam t * (lam t - t) < (t + r) / 2 * ((t + r) / 2 - t)).
  { apply Rmult_le_0_lt_compat; lra. }
  replace ((t + r) / 2 * ((t + r) / 2 - t)) with ((r * r - t * t) / 4) in H by field.
  rewrite E in H. lra.
Qed.

Lemma g_of_t_decr (s t : R) : s < t -> g_of_t t < g_of_t s.
Proof.
  intro L. apply (decreasing_of_derivative g_of_t _ s t L (fun x _ => g_of_t_d x)).
  intros x _. assert (H := lam_excess_lt_1 x). lra.
Qed.

Lemma u_of_t_pos (t : R) : 0 < u_of_t t.
Proof.
  unfold u_of_t. assert (L := ln_increasing _ _ (Q_pos t) (Q_lt_1 t)). rewrite ln_1 in L. lra.
Qed.

Lemma u_of_t_incr (s t : R) : s < t -> u_of_t s < u_of_t t.
Proof.
  intro L. unfold u_of_t. assert (H := ln_increasing _ _ (Q_pos t) (Q_decr s t L)). lra.
Qed.

(* ---- The quantile function ---- *)

Lemma Phi_continuity : continuity Phi.
Proof.
  intro x. apply derivable_continuous_pt. exists (phi x). apply is_derive_Reals, Phi_d.
Qed.

Lemma Phi_surjective (p : R) : 0 < p < 1 -> exists t, Phi t = p.
Proof.
  intro Hp.
  destruct (Q_eventually p (proj1 Hp)) as [M [M1 HM]].
  destruct (Q_eventually (1 - p)) as [N [N1 HN]]; [lra|].
  assert (A := HM (M + 1) ltac:(lra)). rewrite -Phi_opp in A.
  assert (B := HN (N + 1) ltac:(lra)). assert (E := Phi_Q (N + 1)).
  destruct (IVT (fun t => Phi t - p) (- (M + 1)) (N + 1)) as [t [_ Ht]]; try lra.
  - intro x. apply continuity_pt_minus; [apply Phi_continuity|].
    apply continuity_pt_const. now intros a b.
  - exists t. lra.
Qed.

(* The quantile: the supremum of the t with Phi t <= p, which is the t with Phi t = p. *)
Definition Phi_inv (p : R) : R := real (Lub_Rbar (fun t => Phi t <= p)).

Lemma Phi_inv_Phi (t : R) : Phi_inv (Phi t) = t.
Proof.
  unfold Phi_inv. rewrite (is_lub_Rbar_unique _ t); [reflexivity|]. split.
  - intros x Hx. simpl. destruct (Rle_dec x t) as [|N]; [assumption|].
    assert (H := Phi_incr t x ltac:(lra)). lra.
  - intros b Hb. apply Hb. lra.
Qed.

Lemma Phi_inv_spec (p : R) : 0 < p < 1 -> Phi (Phi_inv p) = p.
Proof. intro Hp. destruct (Phi_surjective p Hp) as [t <-]. now rewrite Phi_inv_Phi. Qed.

Lemma Phi_inv_incr (p q : R) : 0 < p -> p < q -> q < 1 -> Phi_inv p < Phi_inv q.
Proof.
  intros P L Q1. destruct (Rlt_dec (Phi_inv p) (Phi_inv q)) as [|N]; [assumption|exfalso].
  assert (A := Phi_inv_spec p ltac:(lra)). assert (B := Phi_inv_spec q ltac:(lra)).
  destruct (Req_dec (Phi_inv p) (Phi_inv q)) as [E|E].
  - rewrite E in A. lra.
  - assert (H := Phi_incr (Phi_inv q) (Phi_inv p) ltac:(lra)). lra.
Qed.
