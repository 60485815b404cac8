(* From the tail to the expectation.

   F(a) = a Phi(a) + phi(a) is the integral of Phi from -infinity to a, equivalently of
   Phi(a - eta) over eta >= 0. With a = Phi^{-1}(p) it is f(p), the most that a class of mass p can
   contribute to E r when its tail is at most Phi(Phi^{-1}(p) - eta). *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal.
Open Scope R_scope.

Definition primitive (a : R) : R := a * Phi a + phi a.

(* f(p) = p Phi^{-1}(p) + phi(Phi^{-1}(p)). *)
Definition integrated_tail (p : R) : R := p * Phi_inv p + phi (Phi_inv p).

Lemma primitive_Phi_inv (p : R) : 0 < p < 1 -> primitive (Phi_inv p) = integrated_tail p.
Proof. intro Hp. unfold primitive, integrated_tail. rewrite Phi_inv_spec; trivial. ring. Qed.

Lemma primitive_d (a : R) : is_derive primitive a (Phi a).
Proof.
  unfold primitive. evar_last.
  - apply: is_derive_plus; [|apply phi_d]. apply: is_derive_mult; [apply is_derive_id|apply Phi_d|].
    intros n m. unfold mult; simpl. ring.
  - unfold plus, one; simpl; unfold mult; simpl. ring.
Qed.

Lemma primitive_pos (a : R) : 0 < primitive a.
Proof.
  assert (H := mills_upper (- a)). rewrite phi_sym -Phi_opp Ropp_involutive in H.
  unfold primitive. lra.
Qed.

Lemma primitive_eventually (e : R) : 0 < e -> exists M, forall x, x < M -> primitive x < e.
Proof.
  intro He. destruct (phi0_eventually e He) as [M [M1 HM]]. exists (- M). intros x Hx.
  specialize (HM (- x) ltac:(lra)). assert (P := phi_le_phi0 (- x)). assert (Q0 := Phi_pos x).
  rewrite phi_sym in P. unfold primitive. nra.
Qed.

Lemma Phi_shift_continuous (a x : R) : continuous (fun eta => Phi (a - eta)) x.
Proof.
  apply (ex_derive_continuous (V := R_NormedModule)). eexists.
  apply (is_derive_comp Phi (fun eta => a - eta)); [apply Phi_d|]. auto_derive; [exact I|reflexivity].
Qed.

(* The integral over [s, b] of Phi(a - eta). *)
Lemma shifted_integral (a s b : R) :
  is_RInt (fun eta => Phi (a - eta)) s b (primitive (a - s) - primitive (a - b)).
Proof.
  assert (E : primitive (a - s) - primitive (a - b)
    = minus (- primitive (a - b)) (- primitive (a - s))).
  { unfold minus, plus, opp; simpl. ring. }
  rewrite E. apply: (is_RInt_derive (fun eta => - primitive (a - eta))).
  - intros x _. evar_last.
    + apply: is_derive_opp. apply: (is_derive_comp primitive (fun eta => a - eta)).
      * apply primitive_d.
      * auto_derive; [exact I|reflexivity].
    + unfold opp, scal; simpl; unfold mult; simpl. ring.
  - intros x _. apply Phi_shift_continuous.
Qed.

(* The tail bound integrates to F. *)
Theorem tail_to_expectation (a : R) :
  is_RInt_gen (fun eta => Phi (a - eta)) (at_point 0) (Rbar_locally p_infty) (a * Phi a + phi a).
Proof.
  intros P [e HP]. destruct (primitive_eventually e (cond_pos e)) as [M HM].
  apply Filter_prod with (fun x => x = 0) (fun b => a - M < b).
  - reflexivity.
  - now exists (a - M).
  - intros x b -> Hb. exists (primitive (a - 0) - primitive (a - b)).
    split; [apply shifted_integral|]. apply HP.
    specialize (HM (a - b) ltac:(lra)). assert (H := primitive_pos (a - b)).
    rewrite Rminus_0_r.
    change (Rabs (primitive a - primitive (a - b) - (a * Phi a + phi a)) < e).
    unfold primitive at 1. apply Rabs_def1; lra.
Qed.

(* f'(p) = Phi / phi in the variable a = Phi^{-1}(p): the derivative of F over that of Phi; and
   f(p) / p = lam t - t with t = -a. *)
Theorem integrated_tail_ratio (t : R) : primitive (- t) = Q t * (lam t - t).
Proof.
  assert (H := Q_pos t). unfold primitive, lam. rewrite Phi_opp phi_sym. field. lra.
Qed.

(* An improper integral is at most any bound of the integrals over [0, b]. *)
Lemma improper_le (T : R -> R) (e C B : R) :
  is_RInt_gen T (at_point 0) (Rbar_locally p_infty) e ->
  (forall b y, B < b -> is_RInt T 0 b y -> y <= C) -> e <= C.
Proof.
  intros G H. destruct (Rle_dec e C) as [|N]; [assumption|exfalso].
  assert (D : 0 < e - C) by lra.
  destruct (G (fun y => Rabs (y - e) < e - C)) as [P1 P2 A1 A2 K].
  { exists (mkposreal _ D). intros y Hy. exact Hy. }
  destruct A2 as [M HM]. set (b := Rmax M B + 1).
  assert (X := Rmax_l M B). assert (Y := Rmax_r M B).
  destruct (K 0 b A1 (HM b ltac:(unfold b; lra))) as [y [Iy Ay]]. simpl in Iy.
  assert (Z := H b y ltac:(unfold b; lra) Iy). apply Rabs_def2 in Ay. lra.
Qed.

(* A tail below Phi(a - eta) contributes at most F(a). *)
Lemma contribution_le (T : R -> R) (a e : R) :
  (forall eta, 0 <= eta -> T eta <= Phi (a - eta)) ->
  is_RInt_gen T (at_point 0) (Rbar_locally p_infty) e -> e <= primitive a.
Proof.
  intros H G. apply (improper_le T e (primitive a) 0 G). intros b y Hb I.
  assert (L : y <= primitive (a - 0) - primitive (a - b)).
  { apply: (is_RInt_le T (fun eta => Phi (a - eta)) 0 b); [lra|exact I|apply shifted_integral|].
    intros x Hx. apply H. lra. }
  assert (P := primitive_pos (a - b)). rewrite Rminus_0_r in L. lra.
Qed.

(* A tail also below q, for a <= b, Phi a = q, contributes at most q b + phi a. *)
Lemma capped_contribution_le (T : R -> R) (q a b e : R) : a <= b -> Phi a = q ->
  (forall eta, 0 <= eta -> T eta <= q) ->
  (forall eta, 0 <= eta -> T eta <= Phi (b - eta)) ->
  is_RInt_gen T (at_point 0) (Rbar_locally p_infty) e -> e <= q * b + phi a.
Proof.
  intros L Hq H1 H2 G. apply (improper_le T e _ (b - a) G). intros c y Hc I.
  assert (X1 : ex_RInt T 0 (b - a)).
  { apply (ex_RInt_Chasles_1 (V := R_CompleteNormedModule) T 0 (b - a) c); [lra|]. now exists y. }
  assert (X2 : ex_RInt T (b - a) c).
  { apply (ex_RInt_Chasles_2 (V := R_CompleteNormedModule) T 0 (b - a) c); [lra|]. now exists y. }
  destruct X1 as [y1 I1]. destruct X2 as [y2 I2].
  assert (E : y = y1 + y2).
  { rewrite -(is_RInt_unique T 0 c y I).
    apply is_RInt_unique. apply (is_RInt_Chasles T 0 (b - a) c); assumption. }
  assert (A1 : y1 <= (b - a - 0) * q).
  { apply: (is_RInt_le T (fun _ => q) 0 (b - a)); [lra|exact I1|apply: is_RInt_const|].
    intros x Hx. apply H1. lra. }
  assert (A2 : y2 <= primitive (b - (b - a)) - primitive (b - c)).
  { apply: (is_RInt_le T (fun eta => Phi (b - eta)) (b - a) c);
      [lra|exact I2|apply shifted_integral|]. intros x Hx. apply H2. lra. }
  assert (P := primitive_pos (b - c)). replace (b - (b - a)) with a in A2 by ring.
  unfold primitive at 1 in A2. rewrite Hq in A2. lra.
Qed.
